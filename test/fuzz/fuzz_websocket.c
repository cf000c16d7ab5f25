/* WebSocket frames from a client and the channels in them: whole and byte by byte must give the
 * same channel data, where both are taken. The first byte chooses the dialect. */
#include <stdlib.h>
#include <string.h>

#include "cri/stream/channels.h"
#include "cri/stream/websocket.h"
#include "shim/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct record {
    struct channels channels;
    struct buf events;
    bool broken;
};

static void note(struct record *record, char kind, uint32_t channel, char byte)
{
    const char entry[3] = {kind, (char)channel, byte};
    if (channel > 255 || !buf_append(&record->events, entry, sizeof(entry)))
        abort();
}

static void on_data(void *context, uint32_t channel, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        note(context, 'd', channel, bytes[i]);
}

static void on_finish(void *context, uint32_t channel)
{
    note(context, 'f', channel, 0);
}

static void on_piece(void *context, const char *bytes, size_t length, bool begins)
{
    struct record *record = context;
    struct err err = ERR_INIT;
    /* After bad base64 the connection is dropped; how much came through before depends on the
     * pieces. */
    if (!record->broken)
        record->broken = !channels_feed(&record->channels, bytes, length, begins, &err);
}

static void on_close(void *context)
{
    note(context, 'c', 0, 0);
}

static void on_send(void *context, const char *bytes, size_t length)
{
    (void)context;
    if (bytes == NULL || length == 0)
        abort();
}

static bool run(struct record *record, uint8_t dialect, const char *bytes, size_t length,
                size_t piece)
{
    static const struct channels_events CHANNELS = {.data = on_data, .finish = on_finish};
    static const struct websocket_events EVENTS = {
        .piece = on_piece, .close = on_close, .send = on_send};
    struct err err = ERR_INIT;
    bool ok = true;
    *record = (struct record){.channels = {.events = &CHANNELS,
                                           .context = record,
                                           .base64 = dialect & 1,
                                           .close_signal = dialect & 2}};
    buf_init(&record->events, SIZE_MAX);
    struct websocket *websocket = websocket_create(&EVENTS, record);
    for (size_t at = 0; at < length && ok; at += piece)
        ok = websocket_feed(websocket, bytes + at, length - at < piece ? length - at : piece, &err);
    websocket_destroy(websocket);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct record whole, split;
    const char *bytes = (const char *)data + 1;
    bool whole_ok = run(&whole, data[0], bytes, size - 1, size - 1);
    bool split_ok = run(&split, data[0], bytes, size - 1, 1);
    /* wslay may refuse a frame sooner or later, depending on the pieces; what it takes is the same.
     */
    if (whole_ok && split_ok &&
        (whole.broken != split.broken ||
         (!whole.broken && (whole.events.length != split.events.length ||
                            (whole.events.length > 0 && memcmp(whole.events.data, split.events.data,
                                                               whole.events.length) != 0)))))
        abort();
    buf_done(&whole.events);
    buf_done(&split.events);
    return 0;
}
