/* What a new container's label remembers for its start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/translate/cgroup_write.h"
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

static void read_label(struct arena *arena, const char *label, struct cgroup_write **ret_writes,
                       size_t *ret_count)
{
    json_t *container =
        arena_json(arena, json_pack("{s{s{ss}}}", "Config", "Labels", LABEL_CGROUP_WRITES, label));
    assert_non_null(container);
    cgroup_writes_of(arena, container, ret_writes, ret_count);
}

static void a_list_survives_its_label(void **state)
{
    static const struct cgroup_write before[] = {
        {"hugetlb.2MB.max", "0"},
        {"io.max", "8:0 \"rbps\"=1"},
    };
    struct cgroup_write *after;
    size_t count;
    read_label(*state, cgroup_writes_format(*state, before, 2), &after, &count);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(after[i].file, before[i].file);
        assert_string_equal(after[i].value, before[i].value);
    }
}

static void an_empty_list_is_an_empty_label(void **state)
{
    assert_string_equal(cgroup_writes_format(*state, NULL, 0), "");
}

static void nothing_comes_of_a_label_that_is_missing_or_no_list(void **state)
{
    static const char *const labels[] = {"", "[]", "{", "\"x\"", "7"};
    struct cgroup_write *writes;
    size_t count = 1;
    cgroup_writes_of(*state, NULL, &writes, &count);
    assert_int_equal(count, 0);
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        count = 1;
        read_label(*state, labels[i], &writes, &count);
        assert_int_equal(count, 0);
    }
}

/* An adopted container's labels can come from its image. */
static void files_outside_of_the_cgroup_are_left_out(void **state)
{
    struct cgroup_write *writes;
    size_t count;
    read_label(*state,
               "{\"../memory.max\":\"1\",\"/etc/x.y\":\"1\",\"..\":\"1\",\"tasks\":\"1\","
               "\"memory.max\":7,\"memory.high\":\"1\"}",
               &writes, &count);
    assert_int_equal(count, 1);
    assert_string_equal(writes[0].file, "memory.high");
}

static void resources_may_be_missing(void **state)
{
    static const struct engine engine = {.cgroup_version = 1};
    struct cgroup_write *writes;
    struct err err = ERR_INIT;
    size_t count = 1;
    assert_true(cgroup_writes_from(*state, NULL, "x", &engine, &writes, &count, &err));
    assert_int_equal(count, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_list_survives_its_label),
        TEST(an_empty_list_is_an_empty_label),
        TEST(nothing_comes_of_a_label_that_is_missing_or_no_list),
        TEST(files_outside_of_the_cgroup_are_left_out),
        TEST(resources_may_be_missing),
    };
    return cmocka_run_group_tests_name("cgroup_write", tests, NULL, NULL);
}
