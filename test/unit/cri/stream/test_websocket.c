/* WebSocket and the channels in its messages: masked frames in, channel data out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cri/stream/channels.h"
#include "cri/stream/websocket.h"
#include "shim/base/buf.h"

struct record {
    struct channels channels;
    struct buf events, sent;
    bool closed, broken;
};

static void on_data(void *context, uint32_t channel, const char *bytes, size_t length)
{
    struct record *record = context;
    for (size_t i = 0; i < length; i++) {
        char line[16];
        (void)snprintf(line, sizeof(line), "%u%c ", channel, bytes[i]);
        assert_true(buf_append(&record->events, line, strlen(line)));
    }
}

static void on_finish(void *context, uint32_t channel)
{
    struct record *record = context;
    char line[16];
    (void)snprintf(line, sizeof(line), "finish%u ", channel);
    assert_true(buf_append(&record->events, line, strlen(line)));
}

static const struct channels_events CHANNELS = {.data = on_data, .finish = on_finish};

static void on_piece(void *context, const char *bytes, size_t length, bool begins)
{
    struct record *record = context;
    struct err err = ERR_INIT;
    record->broken |= !channels_feed(&record->channels, bytes, length, begins, &err);
}

static void on_close(void *context)
{
    struct record *record = context;
    record->closed = true;
}

static void on_send(void *context, const char *bytes, size_t length)
{
    struct record *record = context;
    assert_true(buf_append(&record->sent, bytes, length));
}

static const struct websocket_events EVENTS = {
    .piece = on_piece, .close = on_close, .send = on_send};

static void record_init(struct record *record, bool base64, bool close_signal)
{
    *record = (struct record){.channels = {.events = &CHANNELS,
                                           .context = record,
                                           .base64 = base64,
                                           .close_signal = close_signal}};
    buf_init(&record->events, 1 << 16);
    buf_init(&record->sent, 1 << 16);
}

static void record_done(struct record *record)
{
    buf_done(&record->events);
    buf_done(&record->sent);
}

/* A client's frame: the first byte as given, a mask, and the payload under it. */
static void put_frame(struct buf *out, unsigned char first, const char *payload, size_t length)
{
    static const char MASK[4] = {1, 2, 3, 4};
    const unsigned char head[2] = {first, (unsigned char)(0x80 | length)};
    assert_true(buf_append(out, head, 2) && buf_append(out, MASK, 4));
    for (size_t i = 0; i < length; i++) {
        char byte = (char)(payload[i] ^ MASK[i % 4]);
        assert_true(buf_append(out, &byte, 1));
    }
}

static void assert_events(struct record *record, const char *wanted)
{
    assert_true(buf_append(&record->events, "", 1));
    assert_string_equal(record->events.data, wanted);
}

/* Feeds in pieces of the given size. */
static bool feed(struct record *record, const struct buf *input, size_t piece)
{
    struct err err = ERR_INIT;
    struct websocket *websocket = websocket_create(&EVENTS, record);
    bool ok = true;
    for (size_t at = 0; at < input->length && ok; at += piece) {
        size_t count = input->length - at < piece ? input->length - at : piece;
        ok = websocket_feed(websocket, input->data + at, count, &err);
    }
    websocket_destroy(websocket);
    return ok;
}

static void test_channels(void **state)
{
    (void)state;
    /* A ping between two fragments, an empty message, a finished channel, goodbye. */
    static const char SENT[] = "\x8a\1p"
                               "\x88\2\3\xe8";
    for (size_t piece = 1; piece < 100; piece += 49) {
        struct record record;
        struct buf input;
        record_init(&record, false, true);
        buf_init(&input, 1 << 16);
        put_frame(&input, 0x82, "\0ab", 3);
        put_frame(&input, 0x02, "\4x", 2);
        put_frame(&input, 0x89, "p", 1);
        put_frame(&input, 0x80, "y", 1);
        put_frame(&input, 0x82, "", 0);
        put_frame(&input, 0x82, "\0", 1);
        put_frame(&input, 0x82, "\xff\0", 2);
        put_frame(&input, 0x88, "\3\xe8", 2);
        assert_true(feed(&record, &input, piece));
        assert_events(&record, "0a 0b 4x 4y finish0 ");
        assert_true(record.closed && !record.broken);
        /* The answer to a ping is dropped when the goodbye has come by then. */
        size_t skipped = input.length <= piece ? 3 : 0;
        assert_int_equal(record.sent.length, sizeof(SENT) - 1 - skipped);
        assert_memory_equal(record.sent.data, SENT + skipped, sizeof(SENT) - 1 - skipped);
        buf_done(&input);
        record_done(&record);
    }
}

static void test_old_versions_have_no_signal(void **state)
{
    (void)state;
    struct record record;
    struct buf input;
    record_init(&record, false, false);
    buf_init(&input, 1 << 16);
    put_frame(&input, 0x82,
              "\xff"
              "0",
              2);
    assert_true(feed(&record, &input, 100));
    assert_events(&record, "2550 ");
    buf_done(&input);
    record_done(&record);
}

static void test_base64(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 100; piece += 33) {
        struct record record;
        struct buf input;
        record_init(&record, true, false);
        buf_init(&input, 1 << 16);
        put_frame(&input, 0x81, "0aGVsbG8=", 9);
        put_frame(&input, 0x81, "0", 1);
        put_frame(&input, 0x81, "4eHk=", 5);
        assert_true(feed(&record, &input, piece));
        assert_events(&record, "0h 0e 0l 0l 0o 4x 4y ");
        assert_false(record.broken);
        buf_done(&input);
        record_done(&record);
    }
}

static void test_bad_base64(void **state)
{
    (void)state;
    static const char *const MESSAGES[] = {"0!!!!", "0aGV"};
    for (size_t i = 0; i < 2; i++) {
        struct record record;
        struct buf input;
        record_init(&record, true, false);
        buf_init(&input, 1 << 16);
        put_frame(&input, 0x81, MESSAGES[i], strlen(MESSAGES[i]));
        put_frame(&input, 0x81, "0", 1); /* what was cut shows when the next one begins */
        assert_true(feed(&record, &input, 100));
        assert_true(record.broken);
        buf_done(&input);
        record_done(&record);
    }
}

static void test_broken(void **state)
{
    (void)state;
    static const char UNMASKED[] = "\x82\1a", RESERVED[] = "\xc2\x81\0\0\0\0a";
    struct record record;
    struct err err = ERR_INIT;
    record_init(&record, false, false);
    struct websocket *websocket = websocket_create(&EVENTS, &record);
    assert_false(websocket_feed(websocket, UNMASKED, sizeof(UNMASKED) - 1, &err));
    websocket_destroy(websocket);
    websocket = websocket_create(&EVENTS, &record);
    assert_false(websocket_feed(websocket, RESERVED, sizeof(RESERVED) - 1, &err));
    websocket_destroy(websocket);
    assert_int_equal((unsigned char)record.sent.data[0], 0x88);
    record_done(&record);
}

static void test_messages_out(void **state)
{
    (void)state;
    static const char WANTED[] = "\x82\3\1ab"
                                 "\x82\1\2"
                                 "\x81\5\x31YQ=="
                                 "\x8a\0"
                                 "\x88\2\3\xe8";
    struct record record;
    record_init(&record, false, false);
    struct websocket *websocket = websocket_create(&EVENTS, &record);
    websocket_send(websocket, false, "\1", 1, "ab", 2);
    websocket_send(websocket, false, "\2", 1, NULL, 0);
    websocket_send(websocket, true, "1", 1, "YQ==", 4);
    websocket_probe(websocket);
    websocket_close(websocket);
    websocket_close(websocket);
    websocket_send(websocket, false, "\1", 1, "too late", 8);
    assert_int_equal(record.sent.length, sizeof(WANTED) - 1);
    assert_memory_equal(record.sent.data, WANTED, sizeof(WANTED) - 1);
    websocket_destroy(websocket);
    record_done(&record);
}

/* The example of RFC 6455, section 1.3. */
static void test_accept(void **state)
{
    (void)state;
    char accept[WEBSOCKET_ACCEPT_MAX];
    struct err err = ERR_INIT;
    assert_true(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==", accept, &err));
    assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_false(websocket_accept("short", accept, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channels), cmocka_unit_test(test_old_versions_have_no_signal),
        cmocka_unit_test(test_base64),   cmocka_unit_test(test_bad_base64),
        cmocka_unit_test(test_broken),   cmocka_unit_test(test_messages_out),
        cmocka_unit_test(test_accept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
