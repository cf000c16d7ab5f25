/* run_program() against real programs: shell scripts. */
#include "test/unit/shim/network/workspace.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include "shim/base/run.h"

static const char *const environment[] = {"PATH=/usr/bin:/bin", "WORD=given", NULL};

/* Runs the text by sh. */
static bool run_script(struct workspace *ws, const char *script, const char *input,
                       int64_t timeout_ns, struct run_result *ret_result)
{
    ws_write(ws, "script", arena_printf(ws->arena, "#!/bin/sh\n%s\n", script));
    assert_int_equal(chmod(ws_path(ws, "script"), 0755), 0);
    const struct run run = {
        .path = ws_path(ws, "script"),
        .environment = environment,
        .input = input,
        .input_length = strlen(input),
        .timeout_ns = timeout_ns,
        .output_limit_bytes = 1 << 20,
    };
    return run_program(&ws->scope, &run, ret_result, &ws->err);
}

static const int64_t long_ns = 600 * NS_PER_S, short_ns = 200 * NS_PER_MS;

/* A process is gone for us when it is gone or a zombie that nobody reaps. */
static bool is_running(struct workspace *ws, long pid)
{
    char *text;
    size_t length;
    struct err err = ERR_INIT;
    if (!file_read(ws->arena, arena_printf(ws->arena, "/proc/%ld/stat", pid), 4096, &text, &length,
                   &err))
        return false;
    const char *state = strrchr(text, ')');
    return state != NULL && state[2] != 'Z' && state[2] != 'X';
}

/* A killed process needs a moment to go. */
static bool ends(struct workspace *ws, long pid)
{
    struct err err = ERR_INIT;
    struct cancel patience;
    cancel_init(&patience, clock_mono_ns() + 30 * NS_PER_S);
    bool running;
    while ((running = is_running(ws, pid)) && cancel_check(&patience, &err))
        (void)sched_yield();
    cancel_done(&patience);
    return !running;
}

static void input_goes_in_and_both_outputs_come_out(void **state)
{
    struct workspace *ws = *state;
    struct run_result result;
    assert_true(run_script(ws, "read line; echo \"out $line\"; echo \"err $WORD\" >&2", "hello\n",
                           long_ns, &result));
    assert_int_equal(result.exit_code, 0);
    assert_string_equal(result.output, "out hello\n");
    assert_int_equal(result.output_length, strlen("out hello\n"));
    assert_string_equal(result.error_output, "err given\n");
}

static void nothing_else_is_inherited(void **state)
{
    struct workspace *ws = *state;
    struct run_result result;
    int leak = open("/dev/null", O_RDONLY); /* not close-on-exec */
    sigset_t blocked, before;
    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGUSR1);
    (void)pthread_sigmask(SIG_BLOCK, &blocked, &before);
    (void)signal(SIGPIPE, SIG_IGN);
    assert_true(setenv("DOCKERSHIMD_TEST_SECRET", "x", 1) == 0);
    assert_true(run_script(ws,
                           "for fd in /proc/self/fd/[3-9]*; do readlink $fd | grep -v ^/proc; done;"
                           "env | grep -c SECRET; grep -E 'Sig(Blk|Ign)' /proc/self/status",
                           "", long_ns, &result));
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)close(leak);
    assert_null(strstr(result.output, "/dev/null"));
    assert_non_null(strstr(result.output, "0\n"));
    assert_non_null(strstr(result.output, "SigBlk:\t0000000000000000"));
    /* Those that a program can mean: the C library ignores two of its own. */
    const char *ignored = strstr(result.output, "SigIgn:\t");
    assert_non_null(ignored);
    assert_int_equal(strtoull(ignored + strlen("SigIgn:\t"), NULL, 16) & 0x7fffffff, 0);
}

static void exit_codes_are_results(void **state)
{
    struct workspace *ws = *state;
    struct run_result result;
    assert_true(run_script(ws, "exit 7", "", long_ns, &result));
    assert_int_equal(result.exit_code, 7);
    assert_true(run_script(ws, "kill -TERM $$", "", long_ns, &result));
    assert_int_equal(result.exit_code, 128 + SIGTERM);
}

static void input_that_nobody_reads_is_no_trouble(void **state)
{
    struct workspace *ws = *state;
    struct run_result result;
    char *large = arena_alloc(ws->arena, (1 << 20) + 1);
    memset(large, 'x', 1 << 20);
    large[1 << 20] = '\0';
    assert_true(run_script(ws, "exec <&-; echo done", large, long_ns, &result));
    assert_string_equal(result.output, "done\n");
    assert_true(run_script(ws, "wc -c", large, long_ns, &result));
    assert_int_equal(atoi(result.output), 1 << 20);
}

static void output_over_the_limit_is_dropped_and_not_waited_for(void **state)
{
    struct workspace *ws = *state;
    struct run_result result;
    assert_true(
        run_script(ws, "head -c 3000000 /dev/zero | tr '\\0' x; echo e >&2", "", long_ns, &result));
    assert_int_equal(result.exit_code, 0);
    assert_int_equal(result.output_length, 1 << 20);
    assert_string_equal(result.error_output, "e\n");
}

static void bytes_come_out_as_they_are(void **state)
{
    struct workspace *ws = *state;
    struct run_result result;
    assert_true(run_script(ws, "printf 'a\\000b\\377'", "", long_ns, &result));
    assert_int_equal(result.output_length, 4);
    assert_memory_equal(result.output, "a\0b\377", 4);
}

static void one_that_hangs_is_killed_with_its_group(void **state)
{
    struct workspace *ws = *state;
    struct run_result result;
    assert_false(run_script(ws, "sleep 1000 & echo $! >\"${0%/*}/child\"; trap '' TERM; sleep 1000",
                            "", short_ns, &result));
    assert_int_equal(ws->err.code, CODE_DEADLINE_EXCEEDED);
    assert_non_null(strstr(ws->err.text, "did not end within 0.2 s"));
    const char *child = ws_read(ws, "child");
    assert_non_null(child);
    assert_true(ends(ws, strtol(child, NULL, 10)));
}

static void one_that_fails_leaves_nothing_behind(void **state)
{
    struct workspace *ws = *state;
    struct run_result result;
    assert_true(
        run_script(ws, "sleep 1000 >/dev/null 2>&1 & echo $!; exit 3", "", long_ns, &result));
    assert_int_equal(result.exit_code, 3);
    assert_true(ends(ws, strtol(result.output, NULL, 10)));
}

static void what_a_success_left_running_goes_on_and_is_not_waited_for(void **state)
{
    struct workspace *ws = *state;
    struct run_result result;
    /* It keeps our pipes open, and one of them busy. */
    assert_true(run_script(ws, "yes >&2 & echo $!", "", long_ns, &result));
    assert_int_equal(result.exit_code, 0);
    long pid = strtol(result.output, NULL, 10);
    /* "yes" may meet the closed pipe at once; what matters is that the run ended. */
    (void)kill((pid_t)pid, SIGKILL);
    assert_true(run_script(ws, "sleep 1000 >/dev/null 2>&1 & echo $!", "", long_ns, &result));
    pid = strtol(result.output, NULL, 10);
    assert_true(is_running(ws, pid));
    assert_int_equal(kill((pid_t)pid, SIGKILL), 0);
}

static void *fire(void *argument)
{
    struct workspace *ws = argument;
    while (!ws_exists(ws, "begun"))
        (void)sched_yield();
    cancel_fire(&ws->cancel);
    return NULL;
}

static void a_cancelled_one_is_killed_at_once(void **state)
{
    struct workspace *ws = *state;
    struct workspace other = *ws;
    struct run_result result;
    pthread_t thread;
    other.arena = arena_create();
    /* The thread fires our cancellation through its own arena. */
    struct workspace *shared = &other;
    ws->scope.cancel = &other.cancel;
    assert_int_equal(pthread_create(&thread, NULL, fire, shared), 0);
    assert_false(run_script(ws, "echo $$ >\"${0%/*}/begun\"; sleep 1000", "", long_ns, &result));
    (void)pthread_join(thread, NULL);
    arena_destroy(other.arena);
    assert_int_equal(ws->err.code, CODE_CANCELLED);
}

static void one_that_was_cancelled_before_does_not_live(void **state)
{
    struct workspace *ws = *state;
    struct run_result result;
    cancel_fire(&ws->cancel);
    assert_false(run_script(ws, "sleep 1000", "", long_ns, &result));
    assert_int_equal(ws->err.code, CODE_CANCELLED);
}

static void what_cannot_start_says_why(void **state)
{
    struct workspace *ws = *state;
    struct run run = {.path = ws_path(ws, "none"),
                      .environment = environment,
                      .input = "",
                      .timeout_ns = long_ns,
                      .output_limit_bytes = 100};
    struct run_result result;
    assert_false(run_program(&ws->scope, &run, &result, &ws->err));
    assert_int_equal(ws->err.code, CODE_NOT_FOUND);
    assert_non_null(strstr(ws->err.text, "/none: No such file or directory"));
    ws_write(ws, "plain", "text\n");
    run.path = ws_path(ws, "plain");
    assert_false(run_program(&ws->scope, &run, &result, &ws->err));
    assert_int_equal(ws->err.code, CODE_PERMISSION_DENIED);
}

static void *close_later(void *argument)
{
    const int *fd = argument;
    struct cancel never;
    struct err err = ERR_INIT;
    cancel_init(&never, CLOCK_NEVER);
    /* Long enough for a first try to meet the open file, on most machines; either way it passes. */
    for (int i = 0; i < 200; i++)
        (void)cancel_check(&never, &err), (void)sched_yield();
    (void)close(*fd);
    cancel_done(&never);
    return NULL;
}

static void a_binary_that_is_being_written_is_waited_for(void **state)
{
    struct workspace *ws = *state;
    struct run_result result;
    pthread_t thread;
    ws_write(ws, "script", "#!/bin/sh\necho ran\n");
    assert_int_equal(chmod(ws_path(ws, "script"), 0755), 0);
    int fd = open(ws_path(ws, "script"), O_WRONLY | O_CLOEXEC);
    const struct run run = {.path = ws_path(ws, "script"),
                            .environment = environment,
                            .input = "",
                            .timeout_ns = long_ns,
                            .output_limit_bytes = 100};
    assert_int_equal(pthread_create(&thread, NULL, close_later, &fd), 0);
    assert_true(run_program(&ws->scope, &run, &result, &ws->err));
    (void)pthread_join(thread, NULL);
    assert_string_equal(result.output, "ran\n");
}

static void *run_many(void *argument)
{
    struct workspace *ws = argument;
    struct workspace own = {0};
    (void)snprintf(own.root, sizeof(own.root), "%s", ws->root);
    own.arena = arena_create();
    cancel_init(&own.cancel, CLOCK_NEVER);
    own.scope = (struct scope){.arena = own.arena, .cancel = &own.cancel};
    bool ok = true;
    for (int i = 0; ok && i < 20; i++) {
        const char *input = arena_printf(own.arena, "%p %d", argument, i);
        const struct run run = {.path = "/bin/cat",
                                .environment = environment,
                                .input = input,
                                .input_length = strlen(input),
                                .timeout_ns = long_ns,
                                .output_limit_bytes = 100};
        struct run_result result;
        ok = run_program(&own.scope, &run, &result, &own.err) && strcmp(result.output, input) == 0;
    }
    cancel_done(&own.cancel);
    arena_destroy(own.arena);
    return ok ? ws : NULL;
}

static void many_at_a_time_do_not_mix(void **state)
{
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_many, *state), 0);
    for (int i = 0; i < 8; i++) {
        void *ok;
        (void)pthread_join(threads[i], &ok);
        assert_non_null(ok);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        workspace_test(input_goes_in_and_both_outputs_come_out),
        workspace_test(nothing_else_is_inherited),
        workspace_test(exit_codes_are_results),
        workspace_test(input_that_nobody_reads_is_no_trouble),
        workspace_test(output_over_the_limit_is_dropped_and_not_waited_for),
        workspace_test(bytes_come_out_as_they_are),
        workspace_test(one_that_hangs_is_killed_with_its_group),
        workspace_test(one_that_fails_leaves_nothing_behind),
        workspace_test(what_a_success_left_running_goes_on_and_is_not_waited_for),
        workspace_test(a_cancelled_one_is_killed_at_once),
        workspace_test(one_that_was_cancelled_before_does_not_live),
        workspace_test(what_cannot_start_says_why),
        workspace_test(a_binary_that_is_being_written_is_waited_for),
        workspace_test(many_at_a_time_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
