/* exec: the documents of Docker's exec calls. */
#include "test/unit/shim/translate/document.h"

#include <string.h>

#include "shim/translate/exec.h"

static void the_create_document_asks_for_what_is_wanted(void **state)
{
    const char *command[] = {"sh", "-c", "echo \"h\xc3\xa9\""};
    json_t *body = translate_exec_create(*state, command, 3, false, true, true, false);
    json_t *keys = json_object_get(body, "DetachKeys");
    assert_true(json_string_length(keys) > 0);
    json_t *expected = document(*state, "{'Cmd': ['sh', '-c', ''], 'Tty': false, 'AttachStdin': "
                                        "true, 'AttachStdout': true, 'AttachStderr': false}");
    (void)json_array_set_new(json_object_get(expected, "Cmd"), 2, json_string(command[2]));
    (void)json_object_set(expected, "DetachKeys", keys);
    assert_true(json_equal(body, expected)); /* no user, no environment, not privileged */
}

static void a_terminal_is_passed_on(void **state)
{
    const char *command[] = {"sh"};
    json_t *body = translate_exec_create(*state, command, 1, true, false, true, false);
    assert_true(json_is_true(json_object_get(body, "Tty")));
    assert_true(json_is_false(json_object_get(body, "AttachStdin")));
    assert_true(json_equal(translate_exec_start(*state, true),
                           document(*state, "{'Detach': false, 'Tty': true}")));
    assert_true(json_equal(translate_exec_start(*state, false),
                           document(*state, "{'Detach': false, 'Tty': false}")));
}

/* Docker's grammar: keys separated by commas, each "ctrl-" and one of @ a-z [ \ ] ^ _ */
static void the_detach_keys_are_many_control_keys(void **state)
{
    const char *command[] = {"sh"};
    json_t *body = translate_exec_create(*state, command, 1, true, true, true, false);
    const char *at = json_string_value(json_object_get(body, "DetachKeys"));
    int count = 0;
    for (;; at++, count++) {
        assert_int_equal(strcspn(at, ","), strlen("ctrl-x"));
        assert_memory_equal(at, "ctrl-", 5);
        assert_non_null(strchr("@[\\]^_", at[5])); /* no letter: those are typed all the time */
        at += 6;
        if (*at == '\0')
            break;
    }
    assert_true(count >= 7);
}

static void the_state_has_no_exit_code_before_the_end(void **state)
{
    struct exec_state running =
        exec_state(document(*state, "{'Running': true, 'ExitCode': null, 'Pid': 42}"));
    assert_true(running.running);
    assert_false(running.has_exit_code);
    assert_int_equal(running.pid, 42);
    struct exec_state ended =
        exec_state(document(*state, "{'Running': false, 'ExitCode': 137, 'Pid': 42}"));
    assert_false(ended.running);
    assert_true(ended.has_exit_code);
    assert_int_equal(ended.exit_code, 137);
    struct exec_state fresh = exec_state(document(*state, "{'Running': false, 'Pid': 0}"));
    assert_false(fresh.running || fresh.has_exit_code);
    assert_int_equal(fresh.pid, 0);
    assert_true(exec_state(document(*state, "{'ExitCode': 0}")).has_exit_code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(the_create_document_asks_for_what_is_wanted),
        arena_test(a_terminal_is_passed_on),
        arena_test(the_detach_keys_are_many_control_keys),
        arena_test(the_state_has_no_exit_code_before_the_end),
    };
    return cmocka_run_group_tests_name("exec", tests, NULL, NULL);
}
