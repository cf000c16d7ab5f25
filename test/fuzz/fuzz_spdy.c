/* SPDY frames from a client: whole and byte by byte must give the same events and the same verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "cri/stream/spdy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct record {
    struct buf events;
};

static void note(struct record *record, char kind, uint32_t stream, char byte)
{
    const char entry[6] = {
        kind, (char)(stream >> 24), (char)(stream >> 16), (char)(stream >> 8), (char)stream, byte};
    if (!buf_append(&record->events, entry, sizeof(entry)))
        abort();
}

static void on_open(void *context, uint32_t stream, const struct spdy_headers *headers)
{
    note(context, 'o', stream, (char)headers->count);
    for (size_t i = 0; i < headers->count; i++)
        note(context, 'h', (uint32_t)strlen(headers->items[i].name),
             (char)strlen(headers->items[i].value));
}

static void on_data(void *context, uint32_t stream, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        note(context, 'd', stream, bytes[i]);
}

static void on_finish(void *context, uint32_t stream)
{
    note(context, 'f', stream, 0);
}

static void on_reset(void *context, uint32_t stream)
{
    note(context, 'r', stream, 0);
}

static void on_send(void *context, const char *bytes, size_t length)
{
    (void)context; /* credit comes in other portions when the data does */
    if (bytes == NULL || length == 0)
        abort();
}

static bool run(struct record *record, const char *bytes, size_t length, size_t piece)
{
    static const struct spdy_events EVENTS = {
        .open = on_open, .data = on_data, .finish = on_finish, .reset = on_reset, .send = on_send};
    struct err err = ERR_INIT;
    bool ok = true;
    buf_init(&record->events, SIZE_MAX);
    struct spdy *spdy = spdy_create(&EVENTS, record);
    for (size_t at = 0; at < length && ok; at += piece)
        ok = spdy_feed(spdy, bytes + at, length - at < piece ? length - at : piece, &err);
    spdy_destroy(spdy);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct record whole, split;
    bool whole_ok = run(&whole, (const char *)data, size, size > 0 ? size : 1);
    bool split_ok = run(&split, (const char *)data, size, 1);
    if (whole_ok != split_ok || whole.events.length != split.events.length ||
        (whole.events.length > 0 &&
         memcmp(whole.events.data, split.events.data, whole.events.length) != 0))
        abort();
    buf_done(&whole.events);
    buf_done(&split.events);
    return 0;
}
