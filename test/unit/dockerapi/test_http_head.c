#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dockerapi/http_head.h"

static enum http_head_result parse(const char *text, struct http_head *ret_head)
{
    return http_head_parse(text, strlen(text), ret_head);
}

static void reads_an_upgrade(void **state)
{
    (void)state;
    struct http_head head;
    static const char HEAD[] = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/x\r\n"
                               "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    static const char TEXT[] = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/x\r\n"
                               "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n\1\0\0\0early";
    assert_int_equal(http_head_parse(TEXT, sizeof(TEXT) - 1, &head), HTTP_HEAD_DONE);
    assert_int_equal(head.status, 101);
    assert_int_equal(head.length, strlen(HEAD));
    assert_int_equal(head.content_length, -1);
    assert_false(head.chunked);
}

static void wants_the_whole_head(void **state)
{
    (void)state;
    static const char TEXT[] = "HTTP/1.0 200 OK\r\nA: b\r\n\r\n";
    struct http_head head;
    for (size_t length = 0; length < sizeof(TEXT) - 1; length++) {
        char *exact = malloc(length + 1);
        memcpy(exact, TEXT, length);
        assert_int_equal(http_head_parse(exact, length, &head), HTTP_HEAD_MORE);
        free(exact);
    }
    assert_int_equal(parse(TEXT, &head), HTTP_HEAD_DONE);
    assert_int_equal(head.status, 200);
}

static void reads_body_framing(void **state)
{
    (void)state;
    struct http_head head;
    assert_int_equal(parse("HTTP/1.1 409 Conflict\r\ncontent-LENGTH: \t 17 \r\n\r\n", &head),
                     HTTP_HEAD_DONE);
    assert_int_equal(head.content_length, 17);
    assert_int_equal(
        parse("HTTP/1.1 500 X\r\nContent-Length:0\r\nContent-Length: 0\r\n\r\n", &head),
        HTTP_HEAD_DONE);
    assert_int_equal(head.content_length, 0);
    assert_int_equal(parse("HTTP/1.1 404\r\nTransfer-Encoding: Chunked\r\n\r\n", &head),
                     HTTP_HEAD_DONE);
    assert_true(head.chunked);
}

static void refuses_what_is_no_head(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "x",
        "HTTP/2",
        "HTTQ",
        "HTTP/1.1 20\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 600 X\r\n\r\n",
        "HTTP/1.x 200 OK\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct http_head head;
        assert_int_equal(parse(texts[i], &head), HTTP_HEAD_BAD);
    }
}

static void bounds_the_head(void **state)
{
    (void)state;
    struct http_head head;
    const size_t size = HTTP_HEAD_MAX + 8;
    char *text = malloc(size);
    size_t used = (size_t)snprintf(text, size, "HTTP/1.1 200 OK\r\nA:");
    memset(text + used, 'a', size - used);
    assert_int_equal(http_head_parse(text, HTTP_HEAD_MAX - 1, &head), HTTP_HEAD_MORE);
    assert_int_equal(http_head_parse(text, HTTP_HEAD_MAX, &head), HTTP_HEAD_BAD);
    (void)snprintf(text + HTTP_HEAD_MAX - 4, 8, "\r\n\r\n");
    assert_int_equal(http_head_parse(text, HTTP_HEAD_MAX + 8, &head), HTTP_HEAD_DONE);
    assert_int_equal(head.length, HTTP_HEAD_MAX);
    free(text);
}

static void check_dechunk(const char *text, bool wanted_end, const char *wanted)
{
    size_t length = strlen(text), out;
    char *exact = malloc(length);
    for (size_t i = 0; i < length; i++)
        exact[i] = text[i];
    assert_int_equal(http_dechunk(exact, length, &out), wanted_end);
    assert_int_equal(out, strlen(wanted));
    assert_memory_equal(exact, wanted, out);
    free(exact);
}

static void takes_chunks_apart(void **state)
{
    (void)state;
    check_dechunk("3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", true, "abc0123456789");
    check_dechunk("3\r\nabc\r\n", false, "abc");
    check_dechunk("3\r\nab", false, "ab");
    check_dechunk("3", false, "");
    check_dechunk("3\r\nabcd\r\n", true, "abc"); /* broken framing ends it */
    check_dechunk("x\r\nabc", true, "");
    check_dechunk("fffffffff\r\nabc", true, "");
    check_dechunk("ffffffff\r\nabc", false, "abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_upgrade),   cmocka_unit_test(wants_the_whole_head),
        cmocka_unit_test(reads_body_framing), cmocka_unit_test(refuses_what_is_no_head),
        cmocka_unit_test(bounds_the_head),    cmocka_unit_test(takes_chunks_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
