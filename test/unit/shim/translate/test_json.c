/* json: what is missing or of the wrong type reads as nothing. */
#include "test/unit/shim/translate/document.h"

#include "shim/translate/json.h"

static void a_path_leads_through_objects(void **state)
{
    json_t *doc = document(*state, "{'a': {'b': {'c': 'x'}, 'n': 7, 'yes': true}}");
    assert_string_equal(json_text_at(doc, "a.b.c"), "x");
    assert_int_equal(json_int_at(doc, "a.n"), 7);
    assert_true(json_bool_at(doc, "a.yes"));
    assert_ptr_equal(json_at(doc, "a.b"), json_object_get(json_object_get(doc, "a"), "b"));
}

static void what_is_missing_reads_as_nothing(void **state)
{
    json_t *doc = document(*state, "{'a': {'n': null}, 'list': [1]}");
    static const char *const paths[] = {"a.n", "a.x", "a.n.x", "list.x", "x", "", "a.", ".a"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_null(json_at(doc, paths[i]));
        assert_string_equal(json_text_at(doc, paths[i]), "");
        assert_int_equal(json_int_at(doc, paths[i]), 0);
        assert_false(json_bool_at(doc, paths[i]));
        assert_int_equal(json_time_at(doc, paths[i]), 0);
    }
    assert_null(json_at(NULL, "a"));
}

static void a_wrong_type_counts_as_missing(void **state)
{
    json_t *doc = document(*state, "{'text': '7', 'number': 7, 'real': 7.5, 'object': {}}");
    assert_int_equal(json_int_at(doc, "text"), 0);
    assert_int_equal(json_int_at(doc, "real"), 0);
    assert_string_equal(json_text_at(doc, "number"), "");
    assert_string_equal(json_text_at(doc, "object"), "");
    assert_false(json_bool_at(doc, "number"));
    assert_int_equal(json_time_at(doc, "number"), 0);
}

static void times_are_nanoseconds(void **state)
{
    json_t *doc = document(*state, "{'t': '2026-01-02T15:04:05.123456789Z',"
                                   " 'zero': '0001-01-01T00:00:00Z', 'bad': 'yesterday'}");
    assert_int_equal(json_time_at(doc, "t"), INT64_C(1767366245123456789));
    assert_int_equal(json_time_at(doc, "zero"), 0);
    assert_int_equal(json_time_at(doc, "bad"), 0);
}

static void texts_for_cri_are_clean(void **state)
{
    json_t *doc = arena_json(*state, json_object());
    assert_int_equal(json_object_set_new(doc, "a", json_string_nocheck("x\xffy")), 0);
    assert_string_equal(json_clean_at(*state, doc, "a"), "x\xef\xbf\xbdy");
    assert_string_equal(json_clean_at(*state, doc, "b"), "");
}

static void empty_texts_are_not_set(void **state)
{
    json_t *doc = arena_json(*state, json_object());
    json_set_text(doc, "none", NULL);
    json_set_text(doc, "empty", "");
    json_set_text(doc, "text", "x");
    assert_string_equal(json_format(*state, json_incref(doc)), "{\"text\":\"x\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(a_path_leads_through_objects),   arena_test(what_is_missing_reads_as_nothing),
        arena_test(a_wrong_type_counts_as_missing), arena_test(times_are_nanoseconds),
        arena_test(texts_for_cri_are_clean),        arena_test(empty_texts_are_not_set),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
