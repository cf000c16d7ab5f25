#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "test/lib/json_subset.h"

/* NULL if it is a subset, else the difference; the text lives in *err. */
static const char *difference(const char *wanted_text, const char *got_text, struct err *err)
{
    json_t *wanted = json_loads(wanted_text, JSON_DECODE_ANY, NULL);
    json_t *got = got_text != NULL ? json_loads(got_text, JSON_DECODE_ANY, NULL) : NULL;
    assert_non_null(wanted);
    bool ok = json_subset(wanted, got, err);
    json_decref(wanted);
    json_decref(got);
    return ok ? NULL : err->text;
}

static void only_what_is_mentioned_counts(void **state)
{
    (void)state;
    struct err err;
    assert_null(difference("{}", "{\"a\": 1}", &err));
    assert_null(difference("{\"a\": {\"b\": true}}", "{\"a\": {\"b\": true, \"c\": 1}}", &err));
    assert_null(difference("[{\"a\": 1}, {}]", "[{\"a\": 1, \"b\": 2}, {\"c\": 3}]", &err));
    assert_null(difference("{\"a\": null}", "{}", &err));
    assert_null(difference("{\"a\": null}", "{\"a\": null}", &err));
    assert_null(difference("null", NULL, &err));
    assert_null(difference("{\"a\": \"~lo w\"}", "{\"a\": \"hello world\"}", &err));
}

static void a_difference_is_found_and_named(void **state)
{
    (void)state;
    static const char *const CASES[][3] = {
        {"{\"a\": 1}", "{\"a\": 2}", "a: wanted 1, got 2"},
        {"{\"a\": {\"b\": \"x\"}}", "{\"a\": {}}", "a: b: wanted \"x\", got nothing"},
        {"{\"a\": []}", "{\"a\": [1]}", "a: wanted [], got [1]"},
        {"[1, 2]", "[2, 1]", "0: wanted 1, got 2"},
        {"{\"a\": null}", "{\"a\": 0}", "a: wanted null, got 0"},
        {"{\"a\": \"~x\"}", "{\"a\": \"y\"}", "a: wanted \"~x\", got \"y\""},
        {"{\"a\": \"~x\"}", "{\"a\": 1}", "a: wanted \"~x\", got 1"},
        {"{\"a\": true}", "{\"a\": false}", "a: wanted true, got false"},
        {"1", NULL, "wanted 1, got nothing"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct err err;
        const char *text = difference(CASES[i][0], CASES[i][1], &err);
        assert_non_null(text);
        assert_string_equal(text, CASES[i][2]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_mentioned_counts),
        cmocka_unit_test(a_difference_is_found_and_named),
    };
    return cmocka_run_group_tests_name("json_subset", tests, NULL, NULL);
}
