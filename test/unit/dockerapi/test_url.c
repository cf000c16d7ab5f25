#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "dockerapi/url.h"

static int make_arena(void **state)
{
    *state = arena_create();
    return 0;
}

static int drop_arena(void **state)
{
    arena_destroy(*state);
    return 0;
}

static void segments_are_encoded(void **state)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"abc123", "abc123"},   {"k8s_POD_a-b.c_d_0", "k8s_POD_a-b.c_d_0"},
        {"a?b#c", "a%3Fb%23c"}, {"a%2e%2E", "a%252e%252E"},
        {"%2f", "%252f"},       {"...", "..."},
        {"a..", "a.."},         {"a b&c=d+e;f", "a%20b%26c%3Dd%2Be%3Bf"},
        {"a\\b", "a%5Cb"},      {"\xc3\xa4\xff", "%C3%A4%FF"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *segment;
        struct err err = ERR_INIT;
        assert_true(url_segment(*state, "container id", cases[i].text, &segment, &err));
        assert_string_equal(segment, cases[i].wanted);
    }
}

static void segments_that_would_move_are_refused(void **state)
{
    static const char *const texts[] = {"",     ".",    "..",   "a/b",  "/a",     "a/", "../x",
                                        "a\nb", "a\rb", "\x7f", "a\tb", "\x1b[m", "/",  "a/../b"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *segment;
        struct err err = ERR_INIT;
        assert_false(url_segment(*state, "container id", texts[i], &segment, &err));
        assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
        assert_non_null(strstr(err.text, "container id"));
    }
}

static void long_texts_are_refused(void **state)
{
    char text[URL_TEXT_MAX + 2];
    const char *result;
    struct err err = ERR_INIT;
    memset(text, 'a', sizeof(text));
    text[URL_TEXT_MAX] = '\0';
    assert_true(url_segment(*state, "exec id", text, &result, &err));
    assert_true(url_reference(*state, text, &result, &err));
    text[URL_TEXT_MAX] = 'a';
    text[URL_TEXT_MAX + 1] = '\0';
    assert_false(url_segment(*state, "exec id", text, &result, &err));
    assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    assert_false(url_reference(*state, text, &result, &err));
    assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    assert_true(strlen(err.text) < 200);
}

static void references_keep_their_slashes(void **state)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"busybox", "busybox"},
        {"a/b@sha256:0123abcd", "a/b@sha256:0123abcd"},
        {"registry:5000/team/app:v1.2", "registry:5000/team/app:v1.2"},
        {"sha256:abcd", "sha256:abcd"},
        {"a/b?fromSrc=x#y", "a/b%3FfromSrc%3Dx%23y"},
        {"a%2f..%2fb", "a%252f..%252fb"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *path;
        struct err err = ERR_INIT;
        assert_true(url_reference(*state, cases[i].text, &path, &err));
        assert_string_equal(path, cases[i].wanted);
    }
}

static void references_that_would_move_are_refused(void **state)
{
    static const char *const texts[] = {
        "",      "/",      "/a",     "a/",   "a//b",  "../containers",
        "a/./b", "a/../b", "a/b/..", "a\nb", "a/\x01"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *path;
        struct err err = ERR_INIT;
        assert_false(url_reference(*state, texts[i], &path, &err));
        assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    }
}

static void query_values_are_encoded(void **state)
{
    assert_string_equal(url_query(*state, "a&b=c#d/e\n"), "a%26b%3Dc%23d%2Fe%0A");
    assert_string_equal(url_query(*state, ""), "");
    json_auto_t *filters = json_pack("{s:[s]}", "label", "a=b");
    const char *value;
    struct err err = ERR_INIT;
    assert_true(url_query_json(*state, filters, &value, &err));
    assert_string_equal(value, "%7B%22label%22:%5B%22a%3Db%22%5D%7D");
    json_auto_t *no_document = json_string("x");
    assert_false(url_query_json(*state, no_document, &value, &err));
    assert_int_equal(err.code, CODE_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_are_encoded),
        cmocka_unit_test(segments_that_would_move_are_refused),
        cmocka_unit_test(long_texts_are_refused),
        cmocka_unit_test(references_keep_their_slashes),
        cmocka_unit_test(references_that_would_move_are_refused),
        cmocka_unit_test(query_values_are_encoded),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
