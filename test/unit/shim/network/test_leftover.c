/* Plugins that outlived the daemon that started them. */
#include "test/unit/shim/network/workspace.h"

#include "shim/network/leftover.h"
#include "test/unit/shim/network/group_process.h"

static pid_t start(const char *id, const char *script, bool session, int *ret_stdin)
{
    pid_t pid = group_process_start(id, script, session, ret_stdin);
    assert_true(pid > 0);
    return pid;
}

static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

static void nothing_to_wait_for_is_no_wait(void **state)
{
    struct workspace *ws = *state;
    int in = -1;
    pid_t other = start("other", "read x", false, &in);
    assert_true(leftover_wait(&ws->scope, "mine", 600 * NS_PER_S, &ws->err));
    assert_false(has_ended(other));
    (void)close(in);
    (void)waitpid(other, NULL, 0);
}

static void one_that_comes_to_its_end_is_waited_for(void **state)
{
    struct workspace *ws = *state;
    int in = -1;
    pid_t pid = start("mine", "read x; exit 0", false, &in);
    pid_t closer = fork();
    if (closer == 0) {
        /* Ends what is waited for, only by closing the last end of the pipe. */
        (void)close(in);
        _exit(0);
    }
    (void)close(in);
    assert_true(leftover_wait(&ws->scope, "mine", 600 * NS_PER_S, &ws->err));
    assert_true(has_ended(pid));
    int status;
    (void)waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    (void)waitpid(closer, NULL, 0);
}

static void one_that_outstays_is_killed_with_its_group(void **state)
{
    struct workspace *ws = *state;
    int in = -1, status;
    pid_t pid = start("mine", "sleep 1000 & read x", false, &in);
    assert_true(leftover_wait(&ws->scope, "mine", NS_PER_MS, &ws->err));
    assert_true(has_ended(pid));
    (void)waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    (void)close(in);
}

static void a_daemon_that_a_plugin_started_is_left_alone(void **state)
{
    struct workspace *ws = *state;
    int in = -1;
    pid_t pid = start("mine", "read x", true, &in);
    assert_true(leftover_wait(&ws->scope, "mine", NS_PER_MS, &ws->err));
    assert_false(has_ended(pid));
    (void)close(in);
    (void)waitpid(pid, NULL, 0);
}

static void the_scope_ends_the_wait(void **state)
{
    struct workspace *ws = *state;
    int in = -1;
    pid_t pid = start("mine", "read x", false, &in);
    cancel_fire(&ws->cancel);
    assert_false(leftover_wait(&ws->scope, "mine", 600 * NS_PER_S, &ws->err));
    assert_int_equal(ws->err.code, CODE_CANCELLED);
    assert_non_null(strstr(ws->err.text, "mine"));
    assert_false(has_ended(pid));
    (void)close(in);
    (void)waitpid(pid, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        workspace_test(nothing_to_wait_for_is_no_wait),
        workspace_test(one_that_comes_to_its_end_is_waited_for),
        workspace_test(one_that_outstays_is_killed_with_its_group),
        workspace_test(a_daemon_that_a_plugin_started_is_left_alone),
        workspace_test(the_scope_ends_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
