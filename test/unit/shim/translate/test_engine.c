/* engine: what /version and /info tell of an engine. */
#include "test/unit/shim/translate/document.h"

#include <string.h>

#include "shim/translate/engine.h"

#define FEATURES(options)                                                                          \
    "{'status': {'org.opencontainers.runtime-spec.features': "                                     \
    "'{\\\"mountOptions\\\":" options "}'}}"

static struct engine parse(struct arena *arena, const char *info, int api_version)
{
    struct engine engine;
    struct err err = ERR_INIT;
    json_t *version = document(arena, "{'Version': '28.5.2'}");
    if (!engine_parse(arena, version, document(arena, info), api_version, &engine, &err))
        fail_msg("%s", err.text);
    return engine;
}

static void only_two_cgroup_drivers_are_known(void **state)
{
    struct engine engine;
    struct err err = ERR_INIT;
    assert_true(parse(*state, "{'CgroupDriver': 'systemd'}", 141).systemd_cgroup);
    assert_false(parse(*state, "{'CgroupDriver': 'cgroupfs'}", 141).systemd_cgroup);
    assert_false(engine_parse(*state, NULL, document(*state, "{'CgroupDriver': 'none'}"), 141,
                              &engine, &err));
    assert_int_equal(err.code, CODE_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "\"none\""));
    assert_false(engine_parse(*state, NULL, NULL, 141, &engine, &err));
}

static void an_old_engine_says_less(void **state)
{
    struct engine engine = parse(*state, "{'CgroupDriver': 'cgroupfs'}", 141);
    assert_string_equal(engine.version, "28.5.2");
    assert_int_equal(engine.cgroup_version, 1);
    assert_int_equal(engine.runtime_count, 0);
    assert_null(engine_runtime_find(&engine, ""));
    assert_string_equal(engine.root_dir, "");
    assert_false(engine.containerd_store || engine.apparmor || engine.seccomp || engine.selinux ||
                 engine.userns_remap);
    struct err err = ERR_INIT;
    assert_true(engine_parse(
        *state, NULL, document(*state, "{'CgroupDriver': 'systemd', 'ServerVersion': '20.10.24'}"),
        141, &engine, &err));
    assert_string_equal(engine.version, "20.10.24");
}

static void security_options_are_named(void **state)
{
    struct engine engine = parse(
        *state,
        "{'CgroupDriver': 'systemd', 'CgroupVersion': '2', 'SecurityOptions': "
        "['name=apparmor', 'name=seccomp,profile=builtin', 'name=userns', 'name=selinuxes', 7]}",
        150);
    assert_int_equal(engine.cgroup_version, 2);
    assert_true(engine.apparmor);
    assert_true(engine.seccomp);
    assert_true(engine.userns_remap);
    assert_false(engine.selinux);
}

static void the_image_store_is_told_by_its_driver_type(void **state)
{
    assert_true(parse(*state,
                      "{'CgroupDriver': 'systemd', 'DriverStatus': "
                      "[['driver-type', 'io.containerd.snapshotter.v1']]}",
                      150)
                    .containerd_store);
    assert_false(parse(*state,
                       "{'CgroupDriver': 'systemd', 'DriverStatus': "
                       "[['Backing Filesystem', 'extfs'], 'driver-type', []]}",
                       150)
                     .containerd_store);
}

static const char runtimes[] =
    "{'CgroupDriver': 'systemd', 'KernelVersion': '%s', 'DefaultRuntime': 'runc', 'Runtimes': {"
    "'runc': " FEATURES(
        "[\\\"ro\\\",\\\"rro\\\"]") ", 'kata': {'path': 'kata'}, "
                                    "'crun': " FEATURES(
                                        "[\\\"ro\\\"]") ", 'bad': {'status': "
                                                        "{'org.opencontainers.runtime-spec."
                                                        "features': 'no json'}}}}";

static bool rro(struct arena *arena, const char *kernel, int api_version, const char *handler)
{
    struct engine engine = parse(arena, arena_printf(arena, runtimes, kernel), api_version);
    const struct engine_runtime *runtime = engine_runtime_find(&engine, handler);
    assert_non_null(runtime);
    return runtime->recursive_readonly;
}

static void recursive_read_only_needs_kernel_engine_and_runtime(void **state)
{
    assert_true(rro(*state, "5.12.0", 144, "runc"));
    assert_true(rro(*state, "6.1.0-38-amd64", 151, "runc"));
    assert_false(rro(*state, "5.11.22", 144, "runc"));
    assert_false(rro(*state, "4.19.0", 144, "runc"));
    assert_false(rro(*state, "unknown", 144, "runc"));
    assert_false(rro(*state, "6.1.0", 143, "runc"));
    assert_false(rro(*state, "6.1.0", 144, "crun"));
    assert_false(rro(*state, "6.1.0", 144, "kata"));
    assert_false(rro(*state, "6.1.0", 144, "bad"));
}

static void handlers_name_runtimes_and_the_default(void **state)
{
    struct engine engine = parse(*state, arena_printf(*state, runtimes, "6.1.0"), 144);
    assert_string_equal(engine_runtime_find(&engine, "")->name, "runc");
    assert_string_equal(engine_runtime_find(&engine, "docker")->name, "runc");
    assert_string_equal(engine_runtime_find(&engine, "kata")->name, "kata");
    assert_null(engine_runtime_find(&engine, "gvisor"));

    Cri__StatusResponse response;
    cri__status_response__init(&response);
    engine_status_handlers(*state, &engine, &response);
    static const char *const names[] = {"", "bad", "crun", "kata", "runc"};
    assert_int_equal(response.n_runtime_handlers, 5);
    for (size_t i = 0; i < 5; i++) {
        const Cri__RuntimeHandler *handler = response.runtime_handlers[i];
        assert_string_equal(handler->name, names[i]);
        assert_int_equal(handler->features->recursive_read_only_mounts, i == 0 || i == 4);
        assert_false(handler->features->user_namespaces);
    }
    assert_non_null(response.features);
    assert_false(response.features->supplemental_groups_policy);
    assert_false(response.features->user_namespaces_host_network);
    assert_false(response.features->mount_options);
}

static void an_engine_without_its_default_runtime_still_has_a_handler(void **state)
{
    struct engine engine = parse(*state, "{'CgroupDriver': 'systemd'}", 144);
    Cri__StatusResponse response;
    cri__status_response__init(&response);
    engine_status_handlers(*state, &engine, &response);
    assert_int_equal(response.n_runtime_handlers, 1);
    assert_string_equal(response.runtime_handlers[0]->name, "");
    assert_false(response.runtime_handlers[0]->features->recursive_read_only_mounts);
}

static void the_description_is_one_json_object(void **state)
{
    struct engine engine = parse(*state, arena_printf(*state, runtimes, "6.1.0"), 151);
    json_auto_t *config = json_loads(engine_describe(*state, &engine), 0, NULL);
    assert_string_equal(json_string_value(json_object_get(config, "dockerVersion")), "28.5.2");
    assert_string_equal(json_string_value(json_object_get(config, "dockerApiVersion")), "1.51");
    assert_string_equal(json_string_value(json_object_get(config, "cgroupDriver")), "systemd");
    assert_int_equal(json_array_size(json_object_get(config, "runtimes")), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(only_two_cgroup_drivers_are_known),
        arena_test(an_old_engine_says_less),
        arena_test(security_options_are_named),
        arena_test(the_image_store_is_told_by_its_driver_type),
        arena_test(recursive_read_only_needs_kernel_engine_and_runtime),
        arena_test(handlers_name_runtimes_and_the_default),
        arena_test(an_engine_without_its_default_runtime_still_has_a_handler),
        arena_test(the_description_is_one_json_object),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
