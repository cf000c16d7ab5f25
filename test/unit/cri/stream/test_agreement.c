/* What client and server agree on in words: the protocol, the status at the end, the address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cri/stream/bind_address.h"
#include "cri/stream/protocol.h"
#include "cri/stream/status.h"
#include "cri/stream/terminal_size.h"

static const char *spdy(enum stream_kind kind, struct protocol_offer offer)
{
    struct protocol protocol;
    return protocol_choose_spdy(kind, &offer, &protocol) ? protocol.name : NULL;
}

static void test_spdy_protocols(void **state)
{
    (void)state;
    const struct protocol_offer all = {{"v1.no", "channel.k8s.io", "v4.channel.k8s.io, v2.x"}, 3};
    const struct protocol_offer old = {{"channel.k8s.io"}, 1};
    const struct protocol_offer none = {.count = 0};
    const struct protocol_offer forward = {{"portforward.k8s.io"}, 1};
    assert_string_equal(spdy(STREAM_EXEC, all), "v4.channel.k8s.io");
    assert_string_equal(spdy(STREAM_ATTACH, old), "channel.k8s.io");
    assert_null(spdy(STREAM_EXEC, none));
    assert_null(spdy(STREAM_EXEC, forward));
    assert_null(spdy(STREAM_PORT_FORWARD, all));
    assert_string_equal(spdy(STREAM_PORT_FORWARD, forward), "portforward.k8s.io");
}

static void test_websocket_protocols(void **state)
{
    (void)state;
    const struct protocol_offer none = {.count = 0};
    const struct protocol_offer five = {{"v4.channel.k8s.io,v5.channel.k8s.io"}, 1};
    const struct protocol_offer base64 = {{"v4.base64.channel.k8s.io"}, 1};
    const struct protocol_offer tunnel = {{"SPDY/3.1+portforward.k8s.io", "v4.channel.k8s.io"}, 2};
    const struct protocol_offer other = {{"chat"}, 1};
    struct protocol protocol;
    assert_true(protocol_choose_websocket(STREAM_EXEC, &none, &protocol));
    assert_string_equal(protocol.name, "");
    assert_true(protocol.websocket && !protocol.json_status && !protocol.close_signal);
    assert_true(protocol_choose_websocket(STREAM_EXEC, &five, &protocol));
    assert_string_equal(protocol.name, "v5.channel.k8s.io");
    assert_true(protocol.json_status && protocol.close_signal && !protocol.base64);
    assert_true(protocol_choose_websocket(STREAM_ATTACH, &base64, &protocol));
    assert_true(protocol.base64 && protocol.json_status && !protocol.close_signal);
    assert_true(protocol_choose_websocket(STREAM_PORT_FORWARD, &tunnel, &protocol));
    assert_true(protocol.tunnel);
    assert_true(protocol_choose_websocket(STREAM_PORT_FORWARD, &base64, &protocol));
    assert_true(protocol.base64 && !protocol.tunnel);
    assert_false(protocol_choose_websocket(STREAM_EXEC, &other, &protocol));
}

static void test_status(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_string_equal(stream_status_exit(arena, true, 0),
                        "{\"metadata\":{},\"status\":\"Success\"}");
    assert_string_equal(stream_status_exit(arena, true, 42),
                        "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated "
                        "with non-zero exit "
                        "code: exit status "
                        "42\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":"
                        "\"ExitCode\",\"message\":\"42\"}]}}");
    assert_string_equal(stream_status_exit(arena, false, 0), "");
    assert_string_equal(stream_status_exit(arena, false, 1),
                        "command terminated with non-zero exit code: exit status 1");
    assert_string_equal(
        stream_status_error(arena, true, "no \xff\"docker\""),
        "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"Internal error occurred: no "
        "\xef\xbf\xbd\\\"docker\\\"\",\"reason\":\"InternalError\",\"details\":{\"causes\":[{"
        "\"message\":\"no \xef\xbf\xbd\\\"docker\\\"\"}]},\"code\":500}");
    assert_string_equal(stream_status_error(arena, false, "x"), "Internal error occurred: x");
    arena_destroy(arena);
}

/* The URL of the address that a text stands for; NULL if it stands for none. */
static const char *url(struct arena *arena, const char *text)
{
    struct sockaddr_storage address;
    socklen_t length;
    struct err err = ERR_INIT;
    return bind_address_parse(text, &address, &length, &err)
               ? bind_address_url(arena, false, &address)
               : NULL;
}

static void test_addresses(void **state)
{
    (void)state;
    static const char *const BAD[] = {"localhost",   "127.0.0.1:", "127.0.0.1:65536",
                                      "127.0.0.1:x", "[::1",       "[::1]x",
                                      "::1:",        "1.2.3"};
    struct arena *arena = arena_create();
    assert_string_equal(url(arena, ""), "http://127.0.0.1:0");
    assert_string_equal(url(arena, "10.1.2.3"), "http://10.1.2.3:0");
    assert_string_equal(url(arena, "10.1.2.3:99"), "http://10.1.2.3:99");
    assert_string_equal(url(arena, ":99"), "http://127.0.0.1:99");
    assert_string_equal(url(arena, "0.0.0.0:99"), "http://127.0.0.1:99");
    assert_string_equal(url(arena, "::1"), "http://[::1]:0");
    assert_string_equal(url(arena, "[::1]:99"), "http://[::1]:99");
    assert_string_equal(url(arena, "[::]:99"), "http://[::1]:99");
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        assert_null(url(arena, BAD[i]));
    arena_destroy(arena);
}

static void test_terminal_size(void **state)
{
    (void)state;
    struct terminal_size size = {0};
    const char *two = "{\"Width\":80,\"Height\":24}\n{\"Width\":100,\"Height\":40}\n{\"Wid";
    assert_true(terminal_size_feed(&size, two, strlen(two)));
    assert_int_equal(size.width, 100);
    assert_int_equal(size.height, 40);
    assert_false(terminal_size_feed(&size, "th\":1,", 6));
    assert_true(terminal_size_feed(&size, "\"Height\":2}", 11));
    assert_int_equal(size.width, 1);
    assert_int_equal(size.height, 2);
    /* What is no size changes nothing. */
    static const char *const BAD[] = {"{\"Width\":0,\"Height\":5}",
                                      "{\"Width\":70000,\"Height\":5}", "{}", "}}}",
                                      "{\"Width\":\"9\",\"Height\":9}"};
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        assert_false(terminal_size_feed(&size, BAD[i], strlen(BAD[i])));
    for (int i = 0; i < 1000; i++)
        assert_false(terminal_size_feed(&size, "x", 1));
    assert_int_equal(size.width, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spdy_protocols), cmocka_unit_test(test_websocket_protocols),
        cmocka_unit_test(test_status),         cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_terminal_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
