/* SPDY/3.1: frames in any pieces give the same events, and what breaks the protocol ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cri/stream/spdy.h"

struct record {
    struct buf events; /* as text, one line each */
    struct buf sent;
};

static void note(struct record *record, const char *text)
{
    assert_true(buf_append(&record->events, text, strlen(text)));
}

static void on_open(void *context, uint32_t stream, const struct spdy_headers *headers)
{
    char line[256];
    (void)snprintf(line, sizeof(line), "open %u type=%s port=%s\n", stream,
                   spdy_headers_get(headers, "streamtype"), spdy_headers_get(headers, "port"));
    note(context, line);
}

static void on_data(void *context, uint32_t stream, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char line[32];
        (void)snprintf(line, sizeof(line), "data %u %c\n", stream, bytes[i]);
        note(context, line);
    }
}

static void on_finish(void *context, uint32_t stream)
{
    char line[32];
    (void)snprintf(line, sizeof(line), "finish %u\n", stream);
    note(context, line);
}

static void on_reset(void *context, uint32_t stream)
{
    char line[32];
    (void)snprintf(line, sizeof(line), "reset %u\n", stream);
    note(context, line);
}

static void on_send(void *context, const char *bytes, size_t length)
{
    struct record *record = context;
    assert_true(buf_append(&record->sent, bytes, length));
}

static const struct spdy_events EVENTS = {
    .open = on_open, .data = on_data, .finish = on_finish, .reset = on_reset, .send = on_send};

static void record_init(struct record *record)
{
    buf_init(&record->events, 1 << 20);
    buf_init(&record->sent, 1 << 20);
}

static void record_done(struct record *record)
{
    buf_done(&record->events);
    buf_done(&record->sent);
}

static void assert_events(struct record *record, const char *wanted)
{
    assert_true(buf_append(&record->events, "", 1));
    assert_string_equal(record->events.data, wanted);
}

static void assert_sent(const struct record *record, const void *wanted, size_t length)
{
    assert_int_equal(record->sent.length, length);
    if (length > 0)
        assert_memory_equal(record->sent.data, wanted, length);
}

static void put(struct buf *out, const void *bytes, size_t length)
{
    assert_true(buf_append(out, bytes, length));
}

/* A header block of two pairs. */
static void put_pairs(struct buf *block, const char *const pairs[4])
{
    put(block, "\0\0\0\2", 4);
    for (int i = 0; i < 4; i++) {
        const char length[4] = {0, 0, 0, (char)strlen(pairs[i])};
        put(block, length, 4);
        put(block, pairs[i], strlen(pairs[i]));
    }
}

/* SYN_STREAM with the headers of a port-forward. */
static void put_open(struct buf *out, struct spdy_packer *packer, unsigned char stream, bool fin,
                     const char *type)
{
    struct buf block, packed;
    buf_init(&block, 4096);
    buf_init(&packed, 4096);
    put_pairs(&block, (const char *const[]){"streamtype", type, "port", "80"});
    spdy_pack(packer, block.data, block.length, &packed);
    const unsigned char head[] = {0x80, 3, 0, 1, fin, 0, (unsigned char)((packed.length + 10) >> 8),
                                  (unsigned char)(packed.length + 10),
                                  /* stream, associated stream, priority, slot */
                                  0, 0, 0, stream, 0, 0, 0, 0, 0, 0};
    put(out, head, sizeof(head));
    put(out, packed.data, packed.length);
    buf_done(&block);
    buf_done(&packed);
}

/* A conversation with every kind of frame. */
static void put_conversation(struct buf *out)
{
    struct spdy_packer *packer = spdy_packer_create();
    put(out, "\x80\3\0\4\0\0\0\x0c\0\0\0\1\1\0\0\7\0\x10\0\0", 20); /* SETTINGS */
    put(out, "\x80\3\0\x09\0\0\0\x08\0\0\0\0\0\x0f\0\0", 16);       /* WINDOW_UPDATE */
    put_open(out, packer, 3, false, "data");
    put_open(out, packer, 1, true, "error");
    put(out, "\0\0\0\3\0\0\0\2hi", 10);                   /* DATA */
    put(out, "\x80\3\0\6\0\0\0\4\0\0\0\5", 12);           /* PING 5 */
    put(out, "\x80\3\0\6\0\0\0\4\0\0\0\6", 12);           /* an answer to none */
    put(out, "\0\0\0\3\1\0\0\1!", 9);                     /* DATA and FIN */
    put(out, "\x80\3\0\3\0\0\0\x08\0\0\0\1\0\0\0\5", 16); /* RST_STREAM */
    put(out, "\x80\3\0\7\0\0\0\x08\0\0\0\0\0\0\0\0", 16); /* GOAWAY */
    spdy_packer_destroy(packer);
}

static const char CONVERSATION[] = "open 3 type=data port=80\n"
                                   "open 1 type=error port=80\n"
                                   "finish 1\n"
                                   "data 3 h\ndata 3 i\n"
                                   "data 3 !\nfinish 3\n"
                                   "reset 1\n";

static void test_whole(void **state)
{
    (void)state;
    /* The answer to the ping, then the windows: of the stream and of the connection. */
    static const char SENT[] = "\x80\3\0\6\0\0\0\4\0\0\0\5"
                               "\x80\3\0\x09\0\0\0\x08\0\0\0\3\0\0\0\3"
                               "\x80\3\0\x09\0\0\0\x08\0\0\0\0\0\0\0\3";
    struct record record;
    struct buf input;
    struct err err = ERR_INIT;
    record_init(&record);
    buf_init(&input, 1 << 16);
    put_conversation(&input);
    struct spdy *spdy = spdy_create(&EVENTS, &record);
    assert_true(spdy_feed(spdy, input.data, input.length, &err));
    assert_events(&record, CONVERSATION);
    assert_sent(&record, SENT, sizeof(SENT) - 1);
    spdy_destroy(spdy);
    buf_done(&input);
    record_done(&record);
}

static void test_byte_by_byte(void **state)
{
    (void)state;
    struct record record;
    struct buf input;
    struct err err = ERR_INIT;
    record_init(&record);
    buf_init(&input, 1 << 16);
    put_conversation(&input);
    struct spdy *spdy = spdy_create(&EVENTS, &record);
    for (size_t i = 0; i < input.length; i++)
        assert_true(spdy_feed(spdy, input.data + i, 1, &err));
    assert_events(&record, CONVERSATION);
    spdy_destroy(spdy);
    buf_done(&input);
    record_done(&record);
}

static void test_frames_out(void **state)
{
    (void)state;
    static const char WANTED[] = "\0\0\0\5\0\0\0\2ab"
                                 "\0\0\0\5\1\0\0\0"
                                 "\x80\3\0\3\0\0\0\x08\0\0\0\7\0\0\0\5"
                                 "\x80\3\0\7\0\0\0\x08\0\0\0\0\0\0\0\1"
                                 "\x80\3\0\4\0\0\0\4\0\0\0\0";
    struct record record;
    record_init(&record);
    struct spdy *spdy = spdy_create(&EVENTS, &record);
    spdy_data(spdy, 5, "ab", 2);
    spdy_data(spdy, 5, "", 0);
    spdy_finish(spdy, 5);
    spdy_reset(spdy, 7, SPDY_RESET_CANCEL);
    spdy_goaway(spdy, SPDY_GOAWAY_PROTOCOL_ERROR);
    spdy_probe(spdy);
    assert_sent(&record, WANTED, sizeof(WANTED) - 1);
    spdy_destroy(spdy);
    record_done(&record);
}

static void test_reply(void **state)
{
    (void)state;
    struct record record;
    char block[SPDY_HEADER_BLOCK_MAX];
    size_t length;
    struct spdy_headers headers;
    struct err err = ERR_INIT;
    record_init(&record);
    struct spdy *spdy = spdy_create(&EVENTS, &record);
    struct spdy_unpacker *unpacker = spdy_unpacker_create();
    size_t at = 0;
    /* The second block leans on the first: one compression for the whole connection. */
    for (unsigned char stream = 1; stream <= 3; stream += 2) {
        spdy_accept(spdy, stream);
        const unsigned char *frame = (const unsigned char *)record.sent.data + at;
        const unsigned char head[] = {0x80, 3, 0, 2};
        size_t frame_length = (size_t)frame[6] << 8 | frame[7];
        assert_memory_equal(frame, head, sizeof(head));
        assert_int_equal(frame[11], stream);
        assert_true(spdy_unpack(unpacker, (const char *)frame + 12, frame_length - 4, block,
                                &length, &err));
        assert_true(spdy_headers_parse(block, length, &headers, &err));
        assert_string_equal(spdy_headers_get(&headers, ":status"), "200");
        assert_string_equal(spdy_headers_get(&headers, ":version"), "HTTP/1.1");
        assert_string_equal(spdy_headers_get(&headers, "none"), "");
        at += 8 + frame_length;
    }
    assert_int_equal(at, record.sent.length);
    spdy_unpacker_destroy(unpacker);
    spdy_destroy(spdy);
    record_done(&record);
}

static void test_broken(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } CASES[] = {
        {"\x80\2\0\6\0\0\0\4\0\0\0\1", 12},                 /* SPDY/2 */
        {"\0\0\0\0\0\0\0\1a", 9},                           /* data for no stream */
        {"\x80\3\0\6\0\xff\0\0", 8},                        /* a huge control frame */
        {"\x80\3\0\6\0\0\0\2\0\0", 10},                     /* half a PING */
        {"\x80\3\0\1\0\0\0\x0a\0\0\0\2\0\0\0\0\0\0", 18},   /* a server's stream number */
        {"\x80\3\0\1\0\0\0\x0a\0\0\0\1\0\0\0\0\0\0", 18},   /* no header block */
        {"\x80\3\0\1\0\0\0\x0c\0\0\0\1\0\0\0\0\0\0zz", 20}, /* no zlib */
        {"GET / HTTP/1.1\r\n\r\n", 18},                     /* no SPDY */
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct record record;
        struct err err = ERR_INIT;
        record_init(&record);
        struct spdy *spdy = spdy_create(&EVENTS, &record);
        bool ok = spdy_feed(spdy, CASES[i].bytes, CASES[i].length, &err);
        /* "GET " is data for a stream of that number: of no harm, and never ending. */
        assert_int_equal(ok, i == 7);
        assert_int_equal(err.code, ok ? CODE_OK : CODE_INVALID_ARGUMENT);
        spdy_destroy(spdy);
        record_done(&record);
    }
}

static void test_header_bomb(void **state)
{
    (void)state;
    struct spdy_packer *packer = spdy_packer_create();
    struct spdy_unpacker *unpacker = spdy_unpacker_create();
    static char zeros[SPDY_HEADER_BLOCK_MAX + 1];
    char block[SPDY_HEADER_BLOCK_MAX];
    size_t length;
    struct buf packed;
    struct err err = ERR_INIT;
    buf_init(&packed, 1 << 16);
    spdy_pack(packer, zeros, sizeof(zeros), &packed);
    assert_true(packed.length < 1000);
    assert_false(spdy_unpack(unpacker, packed.data, packed.length, block, &length, &err));
    buf_done(&packed);
    spdy_packer_destroy(packer);
    spdy_unpacker_destroy(unpacker);
}

static void test_header_blocks(void **state)
{
    (void)state;
    struct spdy_headers headers;
    struct err err = ERR_INIT;
    char empty[] = {0, 0, 0, 0};
    assert_true(spdy_headers_parse(empty, sizeof(empty), &headers, &err));
    assert_int_equal(headers.count, 0);
    char many[] = {0, 0, 0, 65};
    assert_false(spdy_headers_parse(many, sizeof(many), &headers, &err));
    char cut[] = {0, 0, 0, 1, 0, 0, 0, 1, 'a', 0, 0, 0, 2, 'b'};
    assert_false(spdy_headers_parse(cut, sizeof(cut), &headers, &err));
    char lying[] = {0, 0, 0, 1, (char)0xff, (char)0xff, (char)0xff, (char)0xff, 'a'};
    assert_false(spdy_headers_parse(lying, sizeof(lying), &headers, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),         cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_frames_out),    cmocka_unit_test(test_reply),
        cmocka_unit_test(test_broken),        cmocka_unit_test(test_header_bomb),
        cmocka_unit_test(test_header_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
