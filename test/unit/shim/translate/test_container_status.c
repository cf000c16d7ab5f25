/* container_status: states, times, reasons and ids. Whole documents of real engines are in
 * test_golden. */
#include "test/unit/shim/translate/document.h"

#include "shim/translate/container_status.h"

#define T1 "2026-11-22T18:48:31.000000001Z"
#define T2 "2026-11-22T18:48:32.000000002Z"
#define T3 "2026-11-22T18:48:33.000000003Z"
#define ZERO "0001-01-01T00:00:00Z"
#define NS(second) (INT64_C(1795373311) * 1000000000 + (second - 1) * INT64_C(1000000001) + 1)

static Cri__ContainerStatus translate(struct arena *arena, const char *status, const char *more,
                                      const char *started, const char *finished)
{
    Cri__ContainerStatus out;
    cri__container_status__init(&out);
    translate_container_status(
        arena,
        document(arena, arena_printf(arena,
                                     "{'Created': '" T1 "', 'State': {'Status': '%s', %s, "
                                     "'StartedAt': '%s', 'FinishedAt': '%s'}}",
                                     status, more, started, finished)),
        NULL, &out);
    return out;
}

static void created_has_no_other_times(void **state)
{
    Cri__ContainerStatus out =
        translate(*state, "created", "'Running': false, 'ExitCode': 0", ZERO, ZERO);
    assert_int_equal(out.state, CRI__CONTAINER_STATE__CONTAINER_CREATED);
    assert_int_equal(out.created_at, NS(1));
    assert_int_equal(out.started_at, 0);
    assert_int_equal(out.finished_at, 0);
    assert_string_equal(out.reason, "");
}

static void running_counts_while_paused_or_restarting(void **state)
{
    static const char *const statuses[] = {"running", "paused", "restarting"};
    for (size_t i = 0; i < 3; i++) {
        /* The end of an earlier run is not the end of this one. */
        Cri__ContainerStatus out =
            translate(*state, statuses[i], "'Running': true, 'ExitCode': 0", T3, T2);
        assert_int_equal(out.state, CRI__CONTAINER_STATE__CONTAINER_RUNNING);
        assert_int_equal(out.started_at, NS(3));
        assert_int_equal(out.finished_at, 0);
        assert_string_equal(out.reason, "");
        assert_int_equal(out.exit_code, 0);
    }
}

static void exited_says_why(void **state)
{
    static const struct {
        const char *more, *reason;
        int exit_code;
    } cases[] = {
        {"'ExitCode': 0", "Completed", 0},
        {"'ExitCode': 3", "Error", 3},
        {"'ExitCode': 137, 'OOMKilled': true", "OOMKilled", 137},
        {"'ExitCode': 255", "Error", 255},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Cri__ContainerStatus out = translate(*state, "exited", cases[i].more, T2, T3);
        assert_int_equal(out.state, CRI__CONTAINER_STATE__CONTAINER_EXITED);
        assert_string_equal(out.reason, cases[i].reason);
        assert_int_equal(out.exit_code, cases[i].exit_code);
        assert_int_equal(out.started_at, NS(2));
        assert_int_equal(out.finished_at, NS(3));
    }
}

static void a_failed_start_is_an_end(void **state)
{
    Cri__ContainerStatus out =
        translate(*state, "created", "'ExitCode': 127, 'Error': 'no such file'", ZERO, ZERO);
    assert_int_equal(out.state, CRI__CONTAINER_STATE__CONTAINER_EXITED);
    assert_string_equal(out.reason, "ContainerCannotRun");
    assert_string_equal(out.message, "no such file");
    assert_int_equal(out.exit_code, 127);
    assert_int_equal(out.started_at, NS(1));
    assert_int_equal(out.finished_at, NS(1));
}

static void what_is_being_removed_has_ended(void **state)
{
    Cri__ContainerStatus out =
        translate(*state, "removing", "'ExitCode': 0, 'Dead': false", ZERO, ZERO);
    assert_int_equal(out.state, CRI__CONTAINER_STATE__CONTAINER_EXITED);
    assert_int_equal(out.finished_at, NS(1));
    out = translate(*state, "dead", "'ExitCode': 1, 'Dead': true", T2, T3);
    assert_int_equal(out.state, CRI__CONTAINER_STATE__CONTAINER_EXITED);
    assert_string_equal(out.reason, "Error");
    assert_int_equal(out.finished_at, NS(3));
}

static void nothing_known_is_unknown(void **state)
{
    assert_int_equal(container_state(NULL), CRI__CONTAINER_STATE__CONTAINER_UNKNOWN);
    assert_int_equal(container_state(document(*state, "{'State': {'Status': 'novel'}}")),
                     CRI__CONTAINER_STATE__CONTAINER_UNKNOWN);
    Cri__ContainerStatus out;
    cri__container_status__init(&out);
    translate_container_status(*state, NULL, NULL, &out);
    assert_non_null(out.metadata);
    assert_non_null(out.image);
    assert_string_equal(out.image_ref, "docker://");
}

static void facts_are_read_from_inspect(void **state)
{
    json_t *doc = document(
        *state,
        "{'Id': 'abc', 'Name': '/k8s_a_b_c_d_0', 'Image': 'sha256:1', 'LogPath': '/log', 'State': "
        "{'Running': true, 'Pid': 42}, 'Config': {'Tty': true, 'Labels': "
        "{'io.kubernetes.docker.type': 'container', 'io.kubernetes.sandbox.id': 'box', "
        "'io.kubernetes.container.logpath': '/pods/a.log'}}}");
    assert_string_equal(container_id(doc), "abc");
    assert_string_equal(container_name(doc), "k8s_a_b_c_d_0");
    assert_string_equal(container_image_id(doc), "sha256:1");
    assert_string_equal(container_docker_log_path(doc), "/log");
    assert_string_equal(container_sandbox_id(doc), "box");
    assert_string_equal(container_log_path(doc), "/pods/a.log");
    assert_true(container_is_workload(doc));
    assert_false(container_is_sandbox(doc));
    assert_true(container_tty(doc));
    assert_int_equal(container_pid(doc), 42);
    doc = document(*state, "{'State': {'Running': false, 'Pid': 42}, 'Config': {'Labels': "
                           "{'io.kubernetes.docker.type': 'podsandbox'}}}");
    assert_int_equal(container_pid(doc), 0);
    assert_true(container_is_sandbox(doc));
    assert_false(container_is_workload(doc));
    assert_false(container_is_workload(document(*state, "{}")));
    assert_string_equal(container_entry_image_id(document(*state, "{'ImageID': 'sha256:2'}")),
                        "sha256:2");
}

static void the_verbose_text_has_the_pid_and_dockers_state(void **state)
{
    json_t *doc =
        document(*state, "{'HostConfig': {'Runtime': 'runc'}, 'LogPath': '/log', 'State': "
                         "{'Running': true, 'Pid': 42}, 'Config': {'Labels': "
                         "{'io.kubernetes.sandbox.id': 'box'}}}");
    json_t *info = arena_json(*state, json_loads(translate_container_info(*state, doc), 0, NULL));
    assert_true(json_equal(info, document(*state, "{'sandboxID': 'box', 'pid': 42, 'runtime': "
                                                  "'runc', 'dockerLogPath': '/log', 'state': "
                                                  "{'Running': true, 'Pid': 42}}")));
    assert_string_equal(translate_container_info(*state, NULL), "{\"pid\":0}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(created_has_no_other_times),
        arena_test(running_counts_while_paused_or_restarting),
        arena_test(exited_says_why),
        arena_test(a_failed_start_is_an_end),
        arena_test(what_is_being_removed_has_ended),
        arena_test(nothing_known_is_unknown),
        arena_test(facts_are_read_from_inspect),
        arena_test(the_verbose_text_has_the_pid_and_dockers_state),
    };
    return cmocka_run_group_tests_name("container_status", tests, NULL, NULL);
}
