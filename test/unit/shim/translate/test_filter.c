/* filter: "All conditions must hold", and ids match by their beginning. */
#include "test/unit/shim/translate/document.h"

#include "shim/translate/container_status.h"
#include "shim/translate/sandbox_status.h"

static json_t *container(struct arena *arena)
{
    return document(arena, "{'Id': 'abc123', 'State': {'Status': 'running', 'Running': true}, "
                           "'Config': {'Labels': {'app': 'web', 'tier': 'a', "
                           "'io.kubernetes.docker.type': 'container', "
                           "'io.kubernetes.sandbox.id': 'box456'}}}");
}

static Cri__ContainerFilter container_filter(void)
{
    Cri__ContainerFilter filter;
    cri__container_filter__init(&filter);
    return filter;
}

static void no_filter_matches_everything(void **state)
{
    Cri__ContainerFilter empty = container_filter();
    assert_true(container_matches(container(*state), NULL));
    assert_true(container_matches(container(*state), &empty));
    assert_true(container_matches(document(*state, "{}"), &empty));
}

static void ids_match_by_prefix(void **state)
{
    Cri__ContainerFilter filter = container_filter();
    filter.id = "abc";
    filter.pod_sandbox_id = "box456";
    assert_true(container_matches(container(*state), &filter));
    filter.pod_sandbox_id = "box4567";
    assert_false(container_matches(container(*state), &filter));
    filter.pod_sandbox_id = "";
    filter.id = "bc";
    assert_false(container_matches(container(*state), &filter));
}

static void the_state_must_be_the_same(void **state)
{
    Cri__ContainerFilter filter = container_filter();
    Cri__ContainerStateValue value;
    cri__container_state_value__init(&value);
    filter.state = &value;
    value.state = CRI__CONTAINER_STATE__CONTAINER_RUNNING;
    assert_true(container_matches(container(*state), &filter));
    value.state = CRI__CONTAINER_STATE__CONTAINER_CREATED; /* 0 is a state too */
    assert_false(container_matches(container(*state), &filter));
}

static void all_labels_must_match(void **state)
{
    Cri__ContainerFilter filter = container_filter();
    Cri__ContainerFilter__LabelSelectorEntry app, tier, *selector[] = {&app, &tier};
    cri__container_filter__label_selector_entry__init(&app);
    cri__container_filter__label_selector_entry__init(&tier);
    app.key = "app";
    app.value = "web";
    tier.key = "tier";
    tier.value = "a";
    filter.label_selector = selector;
    filter.n_label_selector = 2;
    assert_true(container_matches(container(*state), &filter));
    tier.value = "b";
    assert_false(container_matches(container(*state), &filter));
    tier.key = "io.kubernetes.sandbox.id"; /* ours, so nobody can select by it */
    tier.value = "box456";
    assert_false(container_matches(container(*state), &filter));
}

static void sandboxes_are_filtered_alike(void **state)
{
    json_t *doc = document(*state, "{'Id': 'box456', 'State': {'Running': false}, 'Config': "
                                   "{'Labels': {'app': 'web', 'io.kubernetes.docker.type': "
                                   "'podsandbox'}}}");
    Cri__PodSandboxFilter filter;
    cri__pod_sandbox_filter__init(&filter);
    assert_true(sandbox_matches(doc, NULL));
    assert_true(sandbox_matches(doc, &filter));
    filter.id = "box";
    assert_true(sandbox_matches(doc, &filter));
    Cri__PodSandboxStateValue value;
    cri__pod_sandbox_state_value__init(&value);
    filter.state = &value;
    value.state = CRI__POD_SANDBOX_STATE__SANDBOX_NOTREADY;
    assert_true(sandbox_matches(doc, &filter));
    value.state = CRI__POD_SANDBOX_STATE__SANDBOX_READY;
    assert_false(sandbox_matches(doc, &filter));
    filter.state = NULL;
    Cri__PodSandboxFilter__LabelSelectorEntry app, *selector[] = {&app};
    cri__pod_sandbox_filter__label_selector_entry__init(&app);
    app.key = "app";
    app.value = "web";
    filter.label_selector = selector;
    filter.n_label_selector = 1;
    assert_true(sandbox_matches(doc, &filter));
    app.value = "";
    assert_false(sandbox_matches(doc, &filter));
    app.value = "web";
    filter.id = "other";
    assert_false(sandbox_matches(doc, &filter));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(no_filter_matches_everything), arena_test(ids_match_by_prefix),
        arena_test(the_state_must_be_the_same),   arena_test(all_labels_must_match),
        arena_test(sandboxes_are_filtered_alike),
    };
    return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
