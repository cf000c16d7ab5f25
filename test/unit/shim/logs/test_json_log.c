/* Docker's json-file lines in, the kubelet's lines out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "shim/base/buf.h"
#include "shim/logs/cri_log.h"
#include "shim/logs/json_log.h"

#define TIME "2026-01-02T03:04:05.678901234Z"

/* The CRI line of a json-file line; "" for one that cannot be read. */
static const char *convert(const char *line)
{
    static char text[200000];
    char buffer[100000];
    struct json_log_entry entry;
    text[0] = '\0';
    if (!json_log_parse(line, strlen(line), buffer, &entry))
        return text;
    struct buf buf;
    buf_init(&buf, sizeof(text) - 1);
    assert_true(cri_log_append(&buf, &entry));
    memcpy(text, buf.data, buf.length);
    text[buf.length] = '\0';
    buf_done(&buf);
    return text;
}

static void a_plain_line(void **state)
{
    (void)state;
    assert_string_equal(
        convert("{\"log\":\"hello\\n\",\"stream\":\"stdout\",\"time\":\"" TIME "\"}"),
        TIME " stdout F hello\n");
}

static void an_empty_line_and_stderr(void **state)
{
    (void)state;
    assert_string_equal(convert("{\"log\":\"\\n\",\"stream\":\"stderr\",\"time\":\"" TIME "\"}"),
                        TIME " stderr F \n");
}

static void escapes(void **state)
{
    (void)state;
    assert_string_equal(convert("{\"log\":\"a\\\"\\\\\\/\\t\\u00e9\\u20ac\\ud83d\\ude00\\r\\n\","
                                "\"stream\":\"stdout\",\"time\":\"" TIME "\"}"),
                        TIME " stdout F a\"\\/\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\r\n");
    assert_string_equal(
        convert("{\"log\":\"\\ud83dx\\n\",\"stream\":\"stdout\",\"time\":\"" TIME "\"}"),
        TIME " stdout F \xef\xbf\xbdx\n");
}

static void attributes_and_another_order_do_not_matter(void **state)
{
    (void)state;
    assert_string_equal(
        convert("{ \"attrs\" : {\"a\":[1,\"}\"],\"b\":{}} , \"time\":\"" TIME
                "\",\"x\":-1.5e3,\"n\":null,\"stream\":\"stdout\",\"log\":\"y\\n\"}"),
        TIME " stdout F y\n");
}

static void a_short_text_without_newline_ends_the_output(void **state)
{
    (void)state;
    assert_string_equal(convert("{\"log\":\"$ \",\"stream\":\"stdout\",\"time\":\"" TIME "\"}"),
                        TIME " stdout F $ \n");
}

static void a_full_buffer_without_newline_is_a_part(void **state)
{
    (void)state;
    char line[JSON_LOG_PART_BYTES + 200], wanted[JSON_LOG_PART_BYTES + 200];
    char text[JSON_LOG_PART_BYTES + 1];
    memset(text, 'x', JSON_LOG_PART_BYTES);
    text[JSON_LOG_PART_BYTES] = '\0';
    (void)snprintf(line, sizeof(line),
                   "{\"log\":\"%s\",\"stream\":\"stdout\",\"time\":\"" TIME "\"}", text);
    (void)snprintf(wanted, sizeof(wanted), TIME " stdout P %s\n", text);
    assert_string_equal(convert(line), wanted);
    (void)snprintf(line, sizeof(line),
                   "{\"log\":\"%s\\n\",\"stream\":\"stdout\",\"time\":\"" TIME "\"}", text);
    (void)snprintf(wanted, sizeof(wanted), TIME " stdout F %s\n", text);
    assert_string_equal(convert(line), wanted);
}

static void a_text_cannot_forge_a_line(void **state)
{
    (void)state;
    assert_string_equal(
        convert("{\"log\":\"a\\nb\\n\",\"stream\":\"stdout\",\"time\":\"" TIME "\"}"),
        TIME " stdout F a\n" TIME " stdout F b\n");
}

static void a_nul_is_kept(void **state)
{
    (void)state;
    const char *line = "{\"log\":\"a\\u0000b\\n\",\"stream\":\"stdout\",\"time\":\"" TIME "\"}";
    char buffer[200];
    struct json_log_entry entry;
    assert_true(json_log_parse(line, strlen(line), buffer, &entry));
    assert_int_equal(entry.text_length, 3);
    assert_memory_equal(entry.text, "a\0b", 3);
}

static void what_is_no_line_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "{",
        "{}",
        "[]",
        "\"log\"",
        "{\"log\":\"x\\n\",\"stream\":\"stdout\",\"time\":\"" TIME "\"",
        "{\"log\":\"x\\n\",\"stream\":\"stdin\",\"time\":\"" TIME "\"}",
        "{\"log\":\"x\\n\",\"stream\":\"stdout\",\"time\":\"\"}",
        "{\"log\":\"x\\n\",\"stream\":\"stdout\",\"time\":\"a b\"}",
        "{\"log\":\"x\\q\",\"stream\":\"stdout\",\"time\":\"" TIME "\"}",
        "{\"log\":\"\\u12\",\"stream\":\"stdout\",\"time\":\"" TIME "\"}",
        "{\"log\":\"x\\n\",\"stream\":\"stdout\"}",
        "{\"log\":1,\"stream\":\"stdout\",\"time\":\"" TIME "\"}",
        "{\"a\":[\"stream\":\"stdout\"",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_string_equal(convert(bad[i]), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_line),
        cmocka_unit_test(an_empty_line_and_stderr),
        cmocka_unit_test(escapes),
        cmocka_unit_test(attributes_and_another_order_do_not_matter),
        cmocka_unit_test(a_short_text_without_newline_ends_the_output),
        cmocka_unit_test(a_full_buffer_without_newline_is_a_part),
        cmocka_unit_test(a_text_cannot_forge_a_line),
        cmocka_unit_test(a_nul_is_kept),
        cmocka_unit_test(what_is_no_line_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
