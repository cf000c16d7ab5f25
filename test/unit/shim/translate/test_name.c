/* Names of containers: formatted, parsed, refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"
#include "shim/translate/name.h"

static int arena_setup(void **state)
{
    *state = arena_create();
    return 0;
}

static int arena_teardown(void **state)
{
    arena_destroy(*state);
    return 0;
}

static Cri__PodSandboxMetadata pod_of(const char *name, const char *pod_namespace, const char *uid,
                                      uint32_t attempt)
{
    Cri__PodSandboxMetadata pod = CRI__POD_SANDBOX_METADATA__INIT;
    pod.name = name;
    pod.namespace_ = pod_namespace;
    pod.uid = uid;
    pod.attempt = attempt;
    return pod;
}

static Cri__ContainerMetadata container_of(const char *name, uint32_t attempt)
{
    Cri__ContainerMetadata container = CRI__CONTAINER_METADATA__INIT;
    container.name = name;
    container.attempt = attempt;
    return container;
}

static void a_sandbox_is_named_by_its_metadata(void **state)
{
    Cri__PodSandboxMetadata pod = pod_of("web-0", "my.ns", "1b4e-28", UINT32_MAX);
    struct err err = ERR_INIT;
    const char *name;
    assert_true(name_format_sandbox(*state, &pod, "config.metadata", &name, &err));
    assert_string_equal(name, "k8s_POD_web-0_my.ns_1b4e-28_4294967295");
}

static void a_container_has_its_own_attempt_and_the_pods_names(void **state)
{
    Cri__PodSandboxMetadata pod = pod_of("web-0", "ns", "u", 3);
    Cri__ContainerMetadata container = container_of("app", 7);
    struct err err = ERR_INIT;
    const char *name;
    assert_true(name_format_container(*state, &container, &pod, &name, &err));
    assert_string_equal(name, "k8s_app_web-0_ns_u_7");
}

static void expect_sandbox_error(struct arena *arena, const Cri__PodSandboxMetadata *pod,
                                 const char *text)
{
    struct err err = ERR_INIT;
    const char *name = "untouched";
    assert_false(name_format_sandbox(arena, pod, "config.metadata", &name, &err));
    assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    assert_string_equal(err.text, text);
    assert_string_equal(name, "untouched");
}

static void a_bad_part_is_named(void **state)
{
    Cri__PodSandboxMetadata no_uid = pod_of("web-0", "ns", "", 0);
    Cri__PodSandboxMetadata no_name = pod_of("", "ns", "u", 0);
    Cri__PodSandboxMetadata underscore = pod_of("web-0", "n_s", "u", 0);
    Cri__PodSandboxMetadata slash = pod_of("a/b", "ns", "u", 0);
    expect_sandbox_error(*state, NULL, "config.metadata is not set");
    expect_sandbox_error(*state, &no_uid, "config.metadata.uid is not set");
    expect_sandbox_error(*state, &no_name, "config.metadata.name is not set");
    expect_sandbox_error(*state, &underscore,
                         "config.metadata.namespace \"n_s\" has more than letters, digits, '.' and "
                         "'-', so it cannot be part of a container's name in Docker");
    expect_sandbox_error(*state, &slash,
                         "config.metadata.name \"a/b\" has more than letters, digits, '.' and '-', "
                         "so it cannot be part of a container's name in Docker");
}

static void a_name_that_is_too_long_is_refused(void **state)
{
    char part[1100];
    memset(part, 'x', sizeof(part) - 1);
    part[sizeof(part) - 1] = '\0';
    Cri__PodSandboxMetadata pod = pod_of("web-0", part, "u", 0);
    expect_sandbox_error(*state, &pod,
                         "config.metadata: the names add up to 1117 characters, more than 1024");
}

static void expect_container_error(struct arena *arena, const Cri__ContainerMetadata *container,
                                   const Cri__PodSandboxMetadata *pod, const char *text)
{
    struct err err = ERR_INIT;
    const char *name;
    assert_false(name_format_container(arena, container, pod, &name, &err));
    assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    assert_string_equal(err.text, text);
}

static void a_container_cannot_pass_for_a_sandbox(void **state)
{
    Cri__PodSandboxMetadata pod = pod_of("web-0", "ns", "u", 0);
    Cri__PodSandboxMetadata foreign = pod_of("", "", "", 0);
    Cri__ContainerMetadata sandbox = container_of("POD", 0);
    Cri__ContainerMetadata empty = container_of("", 0);
    Cri__ContainerMetadata container = container_of("app", 0);
    expect_container_error(*state, NULL, &pod, "config.metadata is not set");
    expect_container_error(*state, &empty, &pod, "config.metadata.name is not set");
    expect_container_error(*state, &sandbox, &pod,
                           "config.metadata.name \"POD\" is the name of pod sandboxes");
    expect_container_error(*state, &container, NULL, "the pod sandbox's metadata is not set");
    expect_container_error(*state, &container, &foreign,
                           "the pod sandbox's metadata.name is not set");
}

static void a_name_is_parsed_into_what_it_was_made_of(void **state)
{
    static const char *const texts[] = {
        "k8s_app_web-0_ns_1b4e-28_7",
        "/k8s_app_web-0_ns_1b4e-28_7",
        "/k8s_app_web-0_ns_1b4e-28_7_0a1b2c3d",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct name name;
        assert_true(name_parse(*state, texts[i], &name));
        assert_string_equal(name.container, "app");
        assert_string_equal(name.pod, "web-0");
        assert_string_equal(name.pod_namespace, "ns");
        assert_string_equal(name.pod_uid, "1b4e-28");
        assert_int_equal(name.attempt, 7);
    }
}

static void foreign_names_are_not_parsed(void **state)
{
    static const char *const texts[] = {
        "",
        "/",
        "k8s",
        "busy_curie",
        "/k8s_app_web-0_ns_u",
        "/k8s_app_web-0_ns_u_x",
        "/k8s_app_web-0_ns_u_",
        "/k8s_app_web-0_ns_u_-1",
        "/k8s_app_web-0_ns_u_+1",
        "/k8s_app_web-0_ns_u_1x",
        "/k8s_app_web-0_ns_u_4294967296",
        "/k8s_app_web-0_ns_u_0_",
        "/k8s_app_web-0_ns_u_0_xyz",
        "/k8s_app_web-0_ns_u_0_0a1b2c3d_0",
        "/k8s-app_web-0_ns_u_0_0a1b2c3d",
        "//k8s_app_web-0_ns_u_0",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct name name;
        assert_false(name_parse(*state, texts[i], &name));
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_sandbox_is_named_by_its_metadata),
        TEST(a_container_has_its_own_attempt_and_the_pods_names),
        TEST(a_bad_part_is_named),
        TEST(a_name_that_is_too_long_is_refused),
        TEST(a_container_cannot_pass_for_a_sandbox),
        TEST(a_name_is_parsed_into_what_it_was_made_of),
        TEST(foreign_names_are_not_parsed),
    };
    return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
