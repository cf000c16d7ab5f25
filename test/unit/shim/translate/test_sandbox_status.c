/* sandbox_status: what a pause container tells of its pod. */
#include "test/unit/shim/translate/document.h"

#include "shim/translate/sandbox_status.h"

static Cri__PodSandboxStatus translate(struct arena *arena, const char *text,
                                       const char *const *ips, size_t count)
{
    Cri__PodSandboxStatus out;
    cri__pod_sandbox_status__init(&out);
    translate_sandbox_status(arena, document(arena, text), ips, count, &out);
    return out;
}

static void ready_is_running(void **state)
{
    assert_int_equal(sandbox_state(document(*state, "{'State': {'Running': true}}")),
                     CRI__POD_SANDBOX_STATE__SANDBOX_READY);
    static const char *const not_ready[] = {"{'State': {'Running': false}}",
                                            "{'State': {'Status': 'created'}}", "{}"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sandbox_state(document(*state, not_ready[i])),
                         CRI__POD_SANDBOX_STATE__SANDBOX_NOTREADY);
}

static void metadata_comes_from_the_name(void **state)
{
    Cri__PodSandboxMetadata *metadata = translate_sandbox_metadata(
        *state, document(*state, "{'Name': '/k8s_POD_web-0_shop_0f8fad5b_3'}"));
    assert_string_equal(metadata->name, "web-0");
    assert_string_equal(metadata->namespace_, "shop");
    assert_string_equal(metadata->uid, "0f8fad5b");
    assert_int_equal(metadata->attempt, 3);
    metadata = translate_sandbox_metadata(*state, document(*state, "{'Name': '/somebody'}"));
    assert_string_equal(metadata->name, "");
    assert_string_equal(metadata->namespace_, "");
}

static void the_handler_is_what_was_asked_for(void **state)
{
    static const struct {
        const char *text, *handler;
    } cases[] = {
        {"{'HostConfig': {'Runtime': 'runc'}, 'Config': {'Labels': "
         "{'io.dockershimd.runtime-handler': ''}}}",
         ""},
        {"{'HostConfig': {'Runtime': 'kata'}, 'Config': {'Labels': "
         "{'io.dockershimd.runtime-handler': 'kata'}}}",
         "kata"},
        {"{'HostConfig': {'Runtime': 'runc'}, 'Config': {'Labels': {}}}", "runc"},
        {"{'HostConfig': {'Runtime': 'runc'}, 'Config': {'Labels': null}}", "runc"},
        {"{}", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(sandbox_runtime_handler(document(*state, cases[i].text)),
                            cases[i].handler);
}

static void namespaces_of_the_node_are_told(void **state)
{
    Cri__PodSandboxStatus out = translate(
        *state, "{'HostConfig': {'NetworkMode': 'host', 'PidMode': 'host', 'IpcMode': 'host'}}",
        NULL, 0);
    const Cri__NamespaceOption *options = out.linux->namespaces->options;
    assert_int_equal(options->network, CRI__NAMESPACE_MODE__NODE);
    assert_int_equal(options->pid, CRI__NAMESPACE_MODE__NODE);
    assert_int_equal(options->ipc, CRI__NAMESPACE_MODE__NODE);
    out = translate(
        *state, "{'HostConfig': {'NetworkMode': 'none', 'PidMode': '', 'IpcMode': 'shareable'}}",
        NULL, 0);
    options = out.linux->namespaces->options;
    assert_int_equal(options->network, CRI__NAMESPACE_MODE__POD);
    assert_int_equal(options->pid, CRI__NAMESPACE_MODE__CONTAINER);
    assert_int_equal(options->ipc, CRI__NAMESPACE_MODE__POD);
}

static void the_first_address_is_the_pods(void **state)
{
    const char *ips[] = {"10.1.2.3", "fd00::3", "10.9.9.9"};
    Cri__PodSandboxStatus out = translate(*state, "{}", ips, 3);
    assert_string_equal(out.network->ip, "10.1.2.3");
    assert_int_equal(out.network->n_additional_ips, 2);
    assert_string_equal(out.network->additional_ips[0]->ip, "fd00::3");
    assert_string_equal(out.network->additional_ips[1]->ip, "10.9.9.9");
    out = translate(*state, "{}", NULL, 0);
    assert_string_equal(out.network->ip, "");
    assert_int_equal(out.network->n_additional_ips, 0);
}

static void dockers_addresses_are_ipv4_first(void **state)
{
    const char *ips[4];
    assert_int_equal(
        sandbox_docker_ips(*state,
                           document(*state, "{'NetworkSettings': {'Networks': {'bridge': "
                                            "{'IPAddress': '172.17.0.2', 'GlobalIPv6Address': "
                                            "'fd00::2'}}, 'IPAddress': '9.9.9.9'}}"),
                           ips, 4),
        2);
    assert_string_equal(ips[0], "172.17.0.2");
    assert_string_equal(ips[1], "fd00::2");
    json_t *two =
        document(*state, "{'NetworkSettings': {'Networks': {'a': {'IPAddress': '1.1.1.1', "
                         "'GlobalIPv6Address': 'fd00::1'}, 'b': {'IPAddress': '2.2.2.2', "
                         "'GlobalIPv6Address': ''}}}}");
    assert_int_equal(sandbox_docker_ips(*state, two, ips, 4), 3);
    assert_string_equal(ips[2], "fd00::1");
    assert_int_equal(sandbox_docker_ips(*state, two, ips, 1), 1);
    assert_string_equal(ips[0], "1.1.1.1");
    assert_int_equal(
        sandbox_docker_ips(*state,
                           document(*state, "{'NetworkSettings': {'IPAddress': '172.17.0.2', "
                                            "'GlobalIPv6Address': ''}}"),
                           ips, 4),
        1);
    assert_string_equal(ips[0], "172.17.0.2");
    assert_int_equal(sandbox_docker_ips(*state, NULL, ips, 4), 0);
}

static void the_verbose_text_has_the_pid_and_dockers_state(void **state)
{
    json_t *doc =
        document(*state, "{'HostConfig': {'Runtime': 'runc', 'CgroupParent': '/kubepods'},"
                         " 'State': {'Running': true, 'Pid': 42}, 'Config': {'Image': "
                         "'pause', 'Labels': {'io.dockershimd.log-directory': '/l'}}}");
    json_t *info = arena_json(*state, json_loads(translate_sandbox_info(*state, doc), 0, NULL));
    assert_true(json_equal(
        info, document(*state, "{'pid': 42, 'image': 'pause', 'runtime': 'runc', 'cgroupParent': "
                               "'/kubepods', 'logDirectory': '/l', 'state': {'Running': true, "
                               "'Pid': 42}}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(ready_is_running),
        arena_test(metadata_comes_from_the_name),
        arena_test(the_handler_is_what_was_asked_for),
        arena_test(namespaces_of_the_node_are_told),
        arena_test(the_first_address_is_the_pods),
        arena_test(dockers_addresses_are_ipv4_first),
        arena_test(the_verbose_text_has_the_pid_and_dockers_state),
    };
    return cmocka_run_group_tests_name("sandbox_status", tests, NULL, NULL);
}
