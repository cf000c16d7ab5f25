/* Labels: CRI's labels and annotations in Docker's labels, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "shim/base/arena.h"
#include "shim/translate/label.h"

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

static json_t *parse(struct arena *arena, const char *text)
{
    json_t *document = json_loads(text, 0, NULL);
    assert_non_null(document);
    return arena_json(arena, document);
}

static void expect_json(json_t *document, const char *text)
{
    char *got = json_dumps(document, JSON_COMPACT);
    assert_string_equal(got, text);
    free(got);
}

static Cri__ContainerConfig__LabelsEntry label_of(const char *key, const char *value)
{
    Cri__ContainerConfig__LabelsEntry entry = CRI__CONTAINER_CONFIG__LABELS_ENTRY__INIT;
    entry.key = key;
    entry.value = value;
    return entry;
}

/* The layout that all map entries share is the protocol compiler's, not ours. */
static void map_entries_have_the_layout_that_we_rely_on(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct label_entry), sizeof(Cri__ContainerConfig__LabelsEntry));
    assert_int_equal(offsetof(struct label_entry, key),
                     offsetof(Cri__ContainerConfig__LabelsEntry, key));
    assert_int_equal(offsetof(struct label_entry, value),
                     offsetof(Cri__ContainerConfig__LabelsEntry, value));
    assert_int_equal(sizeof(struct label_entry),
                     cri__pod_sandbox_status__annotations_entry__descriptor.sizeof_message);
}

static void annotations_become_labels_with_a_prefix_and_the_last_of_a_key_wins(void **state)
{
    Cri__ContainerConfig__LabelsEntry a = label_of("a", "1"), again = label_of("a", "2"),
                                      b = label_of("b", "");
    Cri__ContainerConfig__LabelsEntry *labels[] = {&a, &again}, *annotations[] = {&b};
    json_t *docker = parse(*state, "{}");
    label_add(docker, labels, 2, annotations, 1);
    expect_json(docker, "{\"a\":\"2\",\"annotation.b\":\"\"}");
}

static void nothing_is_added_from_empty_maps(void **state)
{
    json_t *docker = parse(*state, "{}");
    label_add(docker, NULL, 0, NULL, 0);
    expect_json(docker, "{}");
}

static void split(struct arena *arena, const char *docker_labels, Cri__Container *container)
{
    cri__container__init(container);
    label_split(arena, parse(arena, docker_labels), &cri__container__labels_entry__descriptor,
                (void ***)&container->labels, &container->n_labels,
                &cri__container__annotations_entry__descriptor, (void ***)&container->annotations,
                &container->n_annotations);
}

static void docker_labels_are_split_and_ours_hidden(void **state)
{
    Cri__Container container;
    split(*state,
          "{\"io.kubernetes.docker.type\":\"container\",\"io.kubernetes.sandbox.id\":\"5a\","
          "\"io.kubernetes.container.logpath\":\"/x\",\"io.dockershimd.image\":\"y\","
          "\"io.kubernetes.container.name\":\"web\",\"annotation.a\":\"1\",\"odd\":7}",
          &container);
    assert_int_equal(container.n_labels, 1);
    assert_string_equal(container.labels[0]->key, "io.kubernetes.container.name");
    assert_string_equal(container.labels[0]->value, "web");
    assert_int_equal(container.n_annotations, 1);
    assert_string_equal(container.annotations[0]->key, "a");
    assert_string_equal(container.annotations[0]->value, "1");
    assert_true(protobuf_c_message_check(&container.base));
}

static void a_sandbox_does_not_show_the_container_name_that_it_has(void **state)
{
    Cri__Container container;
    split(*state,
          "{\"io.kubernetes.docker.type\":\"podsandbox\",\"io.kubernetes.container.name\":\"POD\","
          "\"a\":\"b\"}",
          &container);
    assert_int_equal(container.n_labels, 1);
    assert_string_equal(container.labels[0]->key, "a");
}

static void no_labels_at_all_are_split_into_nothing(void **state)
{
    Cri__Container container;
    cri__container__init(&container);
    label_split(*state, NULL, &cri__container__labels_entry__descriptor,
                (void ***)&container.labels, &container.n_labels,
                &cri__container__annotations_entry__descriptor, (void ***)&container.annotations,
                &container.n_annotations);
    assert_int_equal(container.n_labels, 0);
    assert_int_equal(container.n_annotations, 0);
}

static void a_selector_matches_what_is_shown(void **state)
{
    const json_t *container =
        parse(*state, "{\"Config\":{\"Labels\":{\"io.kubernetes.docker.type\":\"podsandbox\","
                      "\"io.kubernetes.container.name\":\"POD\",\"a\":\"1\",\"b\":\"\","
                      "\"annotation.c\":\"3\"}}}");
    Cri__ContainerConfig__LabelsEntry a = label_of("a", "1"), b = label_of("b", ""),
                                      other = label_of("a", "2"), missing = label_of("z", ""),
                                      hidden = label_of("io.kubernetes.container.name", "POD"),
                                      annotation = label_of("annotation.c", "3");
    Cri__ContainerConfig__LabelsEntry *both[] = {&a, &b}, *half[] = {&a, &other};
    assert_true(label_match(container, NULL, 0));
    assert_true(label_match(container, both, 2));
    assert_false(label_match(container, half, 2));
    Cri__ContainerConfig__LabelsEntry *none[] = {&missing, &hidden, &annotation};
    for (size_t i = 0; i < 3; i++)
        assert_false(label_match(container, &none[i], 1));
    assert_false(label_match(NULL, both, 1));
}

static void a_label_is_read_or_empty(void **state)
{
    const json_t *container = parse(*state, "{\"Config\":{\"Labels\":{\"a.b\":\"1\",\"n\":null}}}");
    assert_string_equal(label_get(container, "a.b"), "1");
    assert_string_equal(label_get(container, "n"), "");
    assert_string_equal(label_get(container, "z"), "");
    assert_string_equal(label_get(NULL, "a.b"), "");
}

static void an_info_map_grows_pair_by_pair_with_texts_of_its_own(void **state)
{
    Cri__StatusResponse status = CRI__STATUS_RESPONSE__INIT;
    char key[] = "k", value[] = "bad \xff byte";
    label_map_add(*state, &cri__status_response__info_entry__descriptor, (void ***)&status.info,
                  &status.n_info, "first", "1");
    label_map_add(*state, &cri__status_response__info_entry__descriptor, (void ***)&status.info,
                  &status.n_info, key, value);
    memset(key, 'x', sizeof(key) - 1);
    memset(value, 'x', sizeof(value) - 1);
    assert_int_equal(status.n_info, 2);
    assert_string_equal(status.info[0]->key, "first");
    assert_string_equal(status.info[1]->key, "k");
    assert_string_equal(status.info[1]->value, "bad \xef\xbf\xbd byte");
}

static void filters_find_ours_and_one_pods(void **state)
{
    expect_json(arena_json(*state, label_filter_sandboxes()),
                "{\"label\":[\"io.kubernetes.docker.type=podsandbox\"]}");
    expect_json(arena_json(*state, label_filter_containers(NULL)),
                "{\"label\":[\"io.kubernetes.docker.type=container\"]}");
    expect_json(
        arena_json(*state, label_filter_containers("5a")),
        "{\"label\":[\"io.kubernetes.docker.type=container\",\"io.kubernetes.sandbox.id=5a\"]}");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(map_entries_have_the_layout_that_we_rely_on),
        TEST(annotations_become_labels_with_a_prefix_and_the_last_of_a_key_wins),
        TEST(nothing_is_added_from_empty_maps),
        TEST(docker_labels_are_split_and_ours_hidden),
        TEST(a_sandbox_does_not_show_the_container_name_that_it_has),
        TEST(no_labels_at_all_are_split_into_nothing),
        TEST(a_selector_matches_what_is_shown),
        TEST(a_label_is_read_or_empty),
        TEST(an_info_map_grows_pair_by_pair_with_texts_of_its_own),
        TEST(filters_find_ours_and_one_pods),
    };
    return cmocka_run_group_tests_name("label", tests, NULL, NULL);
}
