#include "cri/stream/spdy.h"

#include <stdlib.h>
#include <string.h>

#include "shim/base/alloc.h"

enum frame_type {
    FRAME_SYN_STREAM = 1,
    FRAME_SYN_REPLY = 2,
    FRAME_RST_STREAM = 3,
    FRAME_SETTINGS = 4,
    FRAME_PING = 6,
    FRAME_GOAWAY = 7,
    FRAME_HEADERS = 8,
    FRAME_WINDOW_UPDATE = 9,
};

enum {
    VERSION = 3,
    FLAG_FIN = 1,
    HEAD_BYTES = 8,
    CONTROL_MAX = 16 * 1024, /* bytes of one control frame */
    STREAM_ID_MAX = 0x7fffffff,
    DATA_MAX = 0xffffff, /* bytes of one data frame */
};

struct spdy {
    const struct spdy_events *events;
    void *context;
    struct spdy_unpacker *unpacker;
    struct spdy_packer *packer; /* made when first needed */
    uint32_t last_stream;

    unsigned char head[HEAD_BYTES];
    size_t head_length;
    uint32_t left;                              /* bytes of the frame that are still to come */
    struct buf control;                         /* the control frame so far */
    uint32_t credit_stream, credit, credit_all; /* data taken and not told yet */
};

static uint32_t get32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void put32(unsigned char *bytes, uint32_t number)
{
    bytes[0] = (unsigned char)(number >> 24);
    bytes[1] = (unsigned char)(number >> 16);
    bytes[2] = (unsigned char)(number >> 8);
    bytes[3] = (unsigned char)number;
}

struct spdy *spdy_create(const struct spdy_events *events, void *context)
{
    struct spdy *spdy = xcalloc(1, sizeof(*spdy));
    spdy->events = events;
    spdy->context = context;
    spdy->unpacker = spdy_unpacker_create();
    buf_init(&spdy->control, CONTROL_MAX);
    return spdy;
}

void spdy_destroy(struct spdy *spdy)
{
    if (spdy == NULL)
        return;
    spdy_unpacker_destroy(spdy->unpacker);
    spdy_packer_destroy(spdy->packer);
    buf_done(&spdy->control);
    free(spdy);
}

static void send_bytes(struct spdy *spdy, const void *bytes, size_t length)
{
    spdy->events->send(spdy->context, bytes, length);
}

static void put_control_head(unsigned char head[HEAD_BYTES], enum frame_type type, uint32_t length)
{
    put32(head, 0x80000000U | VERSION << 16 | type);
    put32(head + 4, length); /* no flag is ever set */
}

/* A control frame of one or two numbers. */
static void send_numbers(struct spdy *spdy, enum frame_type type, size_t count, uint32_t first,
                         uint32_t second)
{
    unsigned char frame[HEAD_BYTES + 8];
    put_control_head(frame, type, (uint32_t)count * 4);
    put32(frame + HEAD_BYTES, first);
    put32(frame + HEAD_BYTES + 4, second);
    send_bytes(spdy, frame, HEAD_BYTES + count * 4);
}

void spdy_accept(struct spdy *spdy, uint32_t stream)
{
    /* Clients that take SPDY for HTTP refuse a reply without these two; the others ignore them. */
    static const char HEADERS[] = "\0\0\0\2"
                                  "\0\0\0\7:status\0\0\0\3"
                                  "200"
                                  "\0\0\0\10:version\0\0\0\10HTTP/1.1";
    struct buf block;
    unsigned char head[HEAD_BYTES + 4];
    if (spdy->packer == NULL)
        spdy->packer = spdy_packer_create();
    buf_init(&block, CONTROL_MAX);
    spdy_pack(spdy->packer, HEADERS, sizeof(HEADERS) - 1, &block);
    put_control_head(head, FRAME_SYN_REPLY, (uint32_t)(4 + block.length));
    put32(head + HEAD_BYTES, stream);
    send_bytes(spdy, head, sizeof(head));
    send_bytes(spdy, block.data, block.length);
    buf_done(&block);
}

static void send_data_head(struct spdy *spdy, uint32_t stream, unsigned flags, size_t length)
{
    unsigned char head[HEAD_BYTES];
    put32(head, stream);
    put32(head + 4, flags << 24 | (uint32_t)length);
    send_bytes(spdy, head, sizeof(head));
}

void spdy_data(struct spdy *spdy, uint32_t stream, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t count = length < DATA_MAX ? length : DATA_MAX;
        send_data_head(spdy, stream, 0, count);
        send_bytes(spdy, bytes, count);
        bytes += count;
        length -= count;
    }
}

void spdy_finish(struct spdy *spdy, uint32_t stream)
{
    send_data_head(spdy, stream, FLAG_FIN, 0);
}

void spdy_reset(struct spdy *spdy, uint32_t stream, enum spdy_reset_status status)
{
    send_numbers(spdy, FRAME_RST_STREAM, 2, stream, status);
}

void spdy_goaway(struct spdy *spdy, enum spdy_goaway_status status)
{
    send_numbers(spdy, FRAME_GOAWAY, 2, spdy->last_stream, status);
}

void spdy_probe(struct spdy *spdy)
{
    send_numbers(spdy, FRAME_SETTINGS, 1, 0, 0); /* no settings */
}

/* Opens the windows by what was taken. */
static void send_credit(struct spdy *spdy, bool of_connection)
{
    if (spdy->credit > 0)
        send_numbers(spdy, FRAME_WINDOW_UPDATE, 2, spdy->credit_stream, spdy->credit);
    spdy->credit = 0;
    if (!of_connection || spdy->credit_all == 0)
        return;
    send_numbers(spdy, FRAME_WINDOW_UPDATE, 2, 0, spdy->credit_all);
    spdy->credit_all = 0;
}

static bool is_control(const struct spdy *spdy)
{
    return spdy->head[0] & 0x80;
}

static bool has_fin(const struct spdy *spdy)
{
    return spdy->head[4] & FLAG_FIN;
}

static enum frame_type frame_type(const struct spdy *spdy)
{
    return (enum frame_type)(spdy->head[2] << 8 | spdy->head[3]);
}

static uint32_t frame_stream(const struct spdy *spdy)
{
    const unsigned char *bytes =
        is_control(spdy) ? (const unsigned char *)spdy->control.data : spdy->head;
    return get32(bytes) & STREAM_ID_MAX;
}

/* Reads the header block that begins `skip` bytes into the control frame. */
static bool read_headers(struct spdy *spdy, size_t skip, bool wanted, uint32_t stream,
                         struct err *err)
{
    char block[SPDY_HEADER_BLOCK_MAX];
    size_t length;
    struct spdy_headers headers;
    if (!spdy_unpack(spdy->unpacker, spdy->control.data + skip, spdy->control.length - skip, block,
                     &length, err))
        return false;
    if (!wanted)
        return true;
    if (!spdy_headers_parse(block, length, &headers, err))
        return false;
    spdy->events->open(spdy->context, stream, &headers);
    return true;
}

static bool open_stream(struct spdy *spdy, struct err *err)
{
    /* The specification wants rising numbers, but clients that send by priority mix them up. */
    uint32_t stream = frame_stream(spdy);
    if (stream % 2 == 0)
        return err_set(err, CODE_INVALID_ARGUMENT, "stream %u is not the client's to open", stream);
    if (stream > spdy->last_stream)
        spdy->last_stream = stream;
    if (!read_headers(spdy, 10, true, stream, err))
        return false;
    if (has_fin(spdy))
        spdy->events->finish(spdy->context, stream);
    return true;
}

/* The bytes that a control frame has at least, 0 for one of no interest. */
static size_t least_length(enum frame_type type)
{
    switch (type) {
    case FRAME_SYN_STREAM:
        return 10;
    case FRAME_RST_STREAM:
        return 8;
    case FRAME_SYN_REPLY:
    case FRAME_HEADERS:
    case FRAME_PING:
        return 4;
    case FRAME_SETTINGS:
    case FRAME_GOAWAY:
    case FRAME_WINDOW_UPDATE:
        break;
    }
    return 0;
}

static bool take_control(struct spdy *spdy, struct err *err)
{
    enum frame_type type = frame_type(spdy);
    if (spdy->control.length < least_length(type))
        return err_set(err, CODE_INVALID_ARGUMENT, "a control frame of type %d is too short", type);
    switch (type) {
    case FRAME_SYN_STREAM:
        return open_stream(spdy, err);
    case FRAME_SYN_REPLY:
    case FRAME_HEADERS: /* nothing in it matters, but the compression must stay in step */
        if (!read_headers(spdy, 4, false, 0, err))
            return false;
        if (has_fin(spdy))
            spdy->events->finish(spdy->context, frame_stream(spdy));
        return true;
    case FRAME_RST_STREAM:
        spdy->events->reset(spdy->context, frame_stream(spdy));
        return true;
    case FRAME_PING: {
        uint32_t id = get32((const unsigned char *)spdy->control.data);
        if (id % 2 == 1) /* ours would be even, and we send none */
            send_numbers(spdy, FRAME_PING, 1, id, 0);
        return true;
    }
    case FRAME_SETTINGS:
    case FRAME_GOAWAY:
    case FRAME_WINDOW_UPDATE:
        break;
    }
    return true;
}

static bool begin_frame(struct spdy *spdy, struct err *err)
{
    const unsigned char *head = spdy->head;
    spdy->left = get32(head + 4) & DATA_MAX;
    if (!is_control(spdy))
        return frame_stream(spdy) != 0 || err_set(err, CODE_INVALID_ARGUMENT, "data for stream 0");
    if ((head[0] & 0x7f) != 0 || head[1] != VERSION)
        return err_set(err, CODE_INVALID_ARGUMENT, "a frame of another version than SPDY/3");
    return spdy->left <= CONTROL_MAX ||
           err_set(err, CODE_INVALID_ARGUMENT, "a control frame of %u bytes", spdy->left);
}

static bool end_frame(struct spdy *spdy, struct err *err)
{
    spdy->head_length = 0;
    if (!is_control(spdy)) {
        if (has_fin(spdy))
            spdy->events->finish(spdy->context, frame_stream(spdy));
        return true;
    }
    bool ok = take_control(spdy, err);
    buf_done(&spdy->control);
    buf_init(&spdy->control, CONTROL_MAX);
    return ok;
}

static void take_data(struct spdy *spdy, const char *bytes, size_t length)
{
    uint32_t stream = frame_stream(spdy);
    if (spdy->credit_stream != stream)
        send_credit(spdy, false);
    spdy->credit_stream = stream;
    spdy->credit += (uint32_t)length;
    spdy->credit_all += (uint32_t)length;
    spdy->events->data(spdy->context, stream, bytes, length);
}

bool spdy_feed(struct spdy *spdy, const char *bytes, size_t length, struct err *err)
{
    while (length > 0) {
        size_t count;
        if (spdy->head_length < HEAD_BYTES) {
            size_t want = HEAD_BYTES - spdy->head_length;
            count = length < want ? length : want;
            memcpy(spdy->head + spdy->head_length, bytes, count);
            spdy->head_length += count;
            if (spdy->head_length == HEAD_BYTES && !begin_frame(spdy, err))
                return false;
        } else {
            count = length < spdy->left ? length : spdy->left;
            if (is_control(spdy))
                (void)buf_append(&spdy->control, bytes, count); /* begin_frame saw to the limit */
            else
                take_data(spdy, bytes, count);
            spdy->left -= (uint32_t)count;
        }
        bytes += count;
        length -= count;
        if (spdy->head_length == HEAD_BYTES && spdy->left == 0 && !end_frame(spdy, err))
            return false;
    }
    send_credit(spdy, true);
    return true;
}
