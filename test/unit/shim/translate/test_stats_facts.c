/* stats_facts: attributes, filters and the facts of inspect documents that statistics need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>

#include "shim/translate/stats_facts.h"

static json_t *container(struct arena *arena)
{
    return arena_json(
        arena,
        json_pack("{s:s, s:s, s:{s:s}, s:{s:i}, s:{s:{s:s}}, s:{s:s, s:{s:s, s:s, s:s, s:s}}}",
                  "Id", "abcdef0123", "Name", "/k8s_app_web_shop_u-1_3", "State", "StartedAt",
                  "1970-01-01T00:00:02Z", "HostConfig", "CpuShares", 256, "GraphDriver", "Data",
                  "UpperDir", "/store/overlay2/x/diff", "Config", "Image", "example.org/app:1",
                  "Labels", "io.kubernetes.docker.type", "container", "io.kubernetes.sandbox.id",
                  "5a4d", "app", "web", "annotation.note", "n"));
}

static void facts_of_a_container(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    json_t *document = container(arena), *empty = arena_json(arena, json_object());
    Cri__ContainerAttributes *attributes = translate_container_attributes(arena, document);
    assert_string_equal(attributes->id, "abcdef0123");
    assert_string_equal(attributes->metadata->name, "app");
    assert_int_equal(attributes->metadata->attempt, 3);
    assert_int_equal(attributes->n_labels, 1);
    assert_string_equal(attributes->labels[0]->key, "app");
    assert_int_equal(attributes->n_annotations, 1);
    assert_string_equal(attributes->annotations[0]->key, "note");
    assert_string_equal(container_upper_directory(document), "/store/overlay2/x/diff");
    assert_string_equal(container_upper_directory(empty), "");
    assert_string_equal(container_image_name(arena, document), "example.org/app:1");
    assert_int_equal(container_started_ns(document), 2000000000);
    assert_int_equal(container_cpu_shares(document), 256);
    assert_int_equal(container_cpu_shares(empty), 0);
    arena_destroy(arena);
}

static void facts_of_a_sandbox(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    json_t *sandbox =
        arena_json(arena, json_pack("{s:s, s:s, s:{s:s}, s:{s:{s:s}}}", "Id", "5a4d", "Name",
                                    "/k8s_POD_web_shop_u-1_2", "HostConfig", "CgroupParent",
                                    "/kubepods/pod", "Config", "Labels", "tier", "front"));
    Cri__PodSandboxAttributes *attributes = translate_sandbox_attributes(arena, sandbox);
    assert_string_equal(attributes->id, "5a4d");
    assert_string_equal(attributes->metadata->uid, "u-1");
    assert_int_equal(attributes->metadata->attempt, 2);
    assert_string_equal(attributes->labels[0]->value, "front");
    assert_true(sandbox_has_cgroup(sandbox));
    assert_false(sandbox_has_cgroup(arena_json(arena, json_object())));
    arena_destroy(arena);
}

static void every_condition_of_a_filter_must_hold(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    json_t *document = container(arena);
    Cri__ContainerStatsFilter__LabelSelectorEntry entry =
        CRI__CONTAINER_STATS_FILTER__LABEL_SELECTOR_ENTRY__INIT;
    Cri__ContainerStatsFilter__LabelSelectorEntry *entries[] = {&entry};
    Cri__ContainerStatsFilter filter = CRI__CONTAINER_STATS_FILTER__INIT;
    assert_true(container_stats_match(document, NULL));
    assert_true(container_stats_match(document, &filter));
    filter.id = "abcdef";
    filter.pod_sandbox_id = "5a";
    entry.key = "app";
    entry.value = "web";
    filter.label_selector = entries;
    filter.n_label_selector = 1;
    assert_true(container_stats_match(document, &filter));
    entry.value = "db";
    assert_false(container_stats_match(document, &filter));
    entry.value = "web";
    filter.id = "bcdef";
    assert_false(container_stats_match(document, &filter));
    filter.id = "";
    filter.pod_sandbox_id = "5b";
    assert_false(container_stats_match(document, &filter));
    arena_destroy(arena);
}

static void filter_of_sandboxes(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    json_t *document = container(arena);
    Cri__PodSandboxStatsFilter__LabelSelectorEntry entry =
        CRI__POD_SANDBOX_STATS_FILTER__LABEL_SELECTOR_ENTRY__INIT;
    Cri__PodSandboxStatsFilter__LabelSelectorEntry *entries[] = {&entry};
    Cri__PodSandboxStatsFilter filter = CRI__POD_SANDBOX_STATS_FILTER__INIT;
    assert_true(sandbox_stats_match(document, NULL));
    filter.id = "abc";
    assert_true(sandbox_stats_match(document, &filter));
    entry.key = "app";
    entry.value = "db";
    filter.label_selector = entries;
    filter.n_label_selector = 1;
    assert_false(sandbox_stats_match(document, &filter));
    entry.value = "web";
    assert_true(sandbox_stats_match(document, &filter));
    filter.id = "abd";
    assert_false(sandbox_stats_match(document, &filter));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_of_a_container),
        cmocka_unit_test(facts_of_a_sandbox),
        cmocka_unit_test(every_condition_of_a_filter_must_hold),
        cmocka_unit_test(filter_of_sandboxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
