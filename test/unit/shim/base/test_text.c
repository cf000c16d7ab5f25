/* err, utf8 and clock: texts in, texts and numbers out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "shim/base/arena.h"
#include "shim/base/clock.h"
#include "shim/base/err.h"
#include "shim/base/utf8.h"

static void err_is_set_wrapped_and_keeps_its_code(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    assert_false(err_set(&err, CODE_NOT_FOUND, "no container %d", 7));
    assert_false(err_wrap(&err, "stop %s", "abc"));
    assert_int_equal(err.code, CODE_NOT_FOUND);
    assert_string_equal(err.text, "stop abc: no container 7");
    assert_string_equal(code_name(err.code), "NOT_FOUND");
    assert_string_equal(code_name((enum code)99), "UNKNOWN");
}

static void err_that_is_too_long_is_cut_between_characters(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    char text[ERR_TEXT_MAX * 2];
    for (size_t i = 0; i + 3 < sizeof(text); i += 3)
        memcpy(text + i, "\xe2\x82\xac", 4);
    for (int shift = 0; shift < 3; shift++) {
        assert_false(err_set(&err, CODE_UNKNOWN, "%.*s%s", shift, "xx", text));
        assert_true(strlen(err.text) > ERR_TEXT_MAX - 4);
        assert_true(utf8_valid(err.text, strlen(err.text)));
        assert_false(err_wrap(&err, "%.*s", shift, "yy"));
        assert_true(utf8_valid(err.text, strlen(err.text)));
    }
}

static void err_of_a_system_call_has_its_code_and_words(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    assert_false(err_errno(&err, ENOENT, "open %s", "/x"));
    assert_int_equal(err.code, CODE_NOT_FOUND);
    assert_string_equal(err.text, "open /x: No such file or directory");
    assert_false(err_errno(&err, ENOSPC, "write"));
    assert_int_equal(err.code, CODE_RESOURCE_EXHAUSTED);
}

static void utf8_validity_follows_rfc_3629(void **state)
{
    (void)state;
    static const char *const good[] = {
        "", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {
        "\x80",     "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80",     "\xf4\x90\x80\x80",
        "\xf5\x80", "\xe2\x82", "\xff",     "a\xc3",        "\xf0\x80\x80\x80", "\xe2\x28\xa1"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(utf8_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(utf8_valid(bad[i], strlen(bad[i])));
    assert_true(utf8_valid("a\0b", 3));
}

static void utf8_clean_replaces_bad_bytes_only(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    const char *fine = "gr\xc3\xbc\xc3\x9f";
    assert_ptr_equal(utf8_clean(arena, fine), fine);
    assert_string_equal(utf8_clean(arena, "a\xff\xc3\xa9\x80"),
                        "a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd");
    assert_string_equal(utf8_clean(arena, NULL), "");
    arena_destroy(arena);
}

static void utf8_cut_takes_only_a_broken_end_off(void **state)
{
    (void)state;
    char whole[] = "x\xe2\x82\xac", two[] = "x\xe2\x82", one[] = "x\xe2", plain[] = "xy";
    utf8_cut(whole), utf8_cut(two), utf8_cut(one), utf8_cut(plain);
    assert_string_equal(whole, "x\xe2\x82\xac");
    assert_string_equal(two, "x");
    assert_string_equal(one, "x");
    assert_string_equal(plain, "xy");
}

static void clock_parses_docker_times(void **state)
{
    (void)state;
    int64_t ns = -1;
    assert_true(clock_parse_rfc3339("1970-01-01T00:00:01.000000002Z", &ns));
    assert_int_equal(ns, NS_PER_S + 2);
    assert_true(clock_parse_rfc3339("2001-09-09T03:46:40.5+02:00", &ns));
    assert_int_equal(ns, INT64_C(1000000000) * NS_PER_S + NS_PER_S / 2);
    assert_true(clock_parse_rfc3339("2001-09-09T01:46:40Z", &ns));
    assert_int_equal(ns, INT64_C(1000000000) * NS_PER_S);
    assert_true(clock_parse_rfc3339("0001-01-01T00:00:00Z", &ns));
    assert_int_equal(ns, 0);
}

static void clock_refuses_what_is_no_time(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "now",
                                      "2001-09-09",
                                      "2001-09-09T01:46:40",
                                      "2001-13-09T01:46:40Z",
                                      "2001-09-09T25:46:40Z",
                                      "2001-09-09T01:46:40.Z",
                                      "2001-09-09T01:46:40.1234567890Z",
                                      "2001-09-09T01:46:40Zx",
                                      "9999-09-09T01:46:40Z"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t ns = 42;
        assert_false(clock_parse_rfc3339(bad[i], &ns));
        assert_int_equal(ns, 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err_is_set_wrapped_and_keeps_its_code),
        cmocka_unit_test(err_that_is_too_long_is_cut_between_characters),
        cmocka_unit_test(err_of_a_system_call_has_its_code_and_words),
        cmocka_unit_test(utf8_validity_follows_rfc_3629),
        cmocka_unit_test(utf8_clean_replaces_bad_bytes_only),
        cmocka_unit_test(utf8_cut_takes_only_a_broken_end_off),
        cmocka_unit_test(clock_parses_docker_times),
        cmocka_unit_test(clock_refuses_what_is_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
