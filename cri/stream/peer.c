#include "cri/stream/peer.h"

#include <stdlib.h>
#include <string.h>

#include "cri/stream/channels.h"
#include "cri/stream/spdy.h"
#include "cri/stream/websocket.h"
#include "shim/base/alloc.h"
#include "shim/base/base64.h"
#include "shim/base/log.h"

struct peer {
    uv_loop_t *loop;
    const struct peer_events *events;
    void *session;
    struct protocol protocol;
    struct wire *wire;
    struct spdy *spdy;           /* NULL: channels */
    struct websocket *websocket; /* NULL: plain SPDY */
    struct channels channels;
    uint64_t active_ms;
    int depth; /* of calls into the parsers, which must outlive them */
    bool closing, destroyed;
    bool failed; /* a layer above the WebSocket cannot read what it carries */
    struct err err;
};

static bool is_deaf(const struct peer *peer)
{
    return peer->closing || peer->destroyed || peer->failed;
}

static void on_open(void *context, uint32_t channel, const struct spdy_headers *headers)
{
    struct peer *peer = context;
    if (!is_deaf(peer))
        peer->events->open(peer->session, channel, headers);
}

static void on_data(void *context, uint32_t channel, const char *bytes, size_t length)
{
    struct peer *peer = context;
    if (!is_deaf(peer))
        peer->events->data(peer->session, channel, bytes, length);
}

static void on_finish(void *context, uint32_t channel)
{
    struct peer *peer = context;
    if (!is_deaf(peer))
        peer->events->finish(peer->session, channel);
}

static void on_reset(void *context, uint32_t channel)
{
    struct peer *peer = context;
    if (!is_deaf(peer))
        peer->events->reset(peer->session, channel);
}

static void to_wire(void *context, const char *bytes, size_t length)
{
    struct peer *peer = context;
    if (!peer->destroyed)
        wire_write(peer->wire, bytes, length);
}

static void to_websocket(void *context, const char *bytes, size_t length)
{
    struct peer *peer = context;
    if (!peer->destroyed)
        websocket_send(peer->websocket, false, NULL, 0, bytes, length);
}

static void on_piece(void *context, const char *bytes, size_t length, bool begins)
{
    struct peer *peer = context;
    if (is_deaf(peer))
        return;
    if (peer->spdy != NULL)
        peer->failed = !spdy_feed(peer->spdy, bytes, length, &peer->err);
    else
        peer->failed = !channels_feed(&peer->channels, bytes, length, begins, &peer->err);
}

/* The parsers' memory may be in use until the outermost call has returned. */
static void release(struct peer *peer)
{
    if (!peer->destroyed || peer->depth > 0)
        return;
    spdy_destroy(peer->spdy);
    websocket_destroy(peer->websocket);
    free(peer);
}

static void go(struct peer *peer)
{
    if (!peer->destroyed)
        peer->events->gone(peer->session);
}

static void on_goodbye(void *context)
{
    struct peer *peer = context;
    peer->failed = true; /* nothing follows a close frame */
    if (peer->err.code == CODE_OK)
        (void)err_set(&peer->err, CODE_CANCELLED, "the client said goodbye");
}

void peer_feed(struct peer *peer, const char *bytes, size_t length)
{
    if (peer->closing || length == 0)
        return;
    peer->active_ms = uv_now(peer->loop);
    peer->depth++;
    wire_cork(peer->wire);
    struct wire *wire = peer->wire;
    bool ok = peer->websocket != NULL ? websocket_feed(peer->websocket, bytes, length, &peer->err)
                                      : spdy_feed(peer->spdy, bytes, length, &peer->err);
    if ((!ok || peer->failed) && !peer->destroyed && !peer->closing) {
        log_debug("a stream client is dropped: %s", peer->err.text);
        if (peer->spdy != NULL && peer->err.code != CODE_CANCELLED)
            spdy_goaway(peer->spdy, SPDY_GOAWAY_PROTOCOL_ERROR);
        if (peer->websocket != NULL)
            websocket_close(peer->websocket);
        wire_uncork(wire);
        go(peer);
    } else if (!peer->destroyed) {
        wire_uncork(wire);
    }
    peer->depth--;
    release(peer);
}

static void on_input(void *owner, const char *bytes, size_t length)
{
    peer_feed(owner, bytes, length);
}

static void on_ended(void *owner, int errnum)
{
    (void)errnum; /* whatever the reason, it is gone */
    struct peer *peer = owner;
    peer->depth++;
    go(peer);
    peer->depth--;
    release(peer);
}

static void on_drained(void *owner)
{
    struct peer *peer = owner;
    peer->events->drained(peer->session);
}

struct peer *peer_create(uv_loop_t *loop, const struct wire_options *wire,
                         const struct protocol *protocol, const struct peer_events *events,
                         void *session)
{
    static const struct wire_events WIRE = {
        .input = on_input, .ended = on_ended, .drained = on_drained};
    static const struct spdy_events SPDY_DIRECT = {
        .open = on_open, .data = on_data, .finish = on_finish, .reset = on_reset, .send = to_wire};
    static const struct spdy_events SPDY_TUNNEL = {.open = on_open,
                                                   .data = on_data,
                                                   .finish = on_finish,
                                                   .reset = on_reset,
                                                   .send = to_websocket};
    static const struct websocket_events WEBSOCKET = {
        .piece = on_piece, .close = on_goodbye, .send = to_wire};
    static const struct channels_events CHANNELS = {.data = on_data, .finish = on_finish};
    struct peer *peer = xcalloc(1, sizeof(*peer));
    peer->loop = loop;
    peer->events = events;
    peer->session = session;
    peer->protocol = *protocol;
    peer->active_ms = uv_now(loop);
    if (protocol->websocket)
        peer->websocket = websocket_create(&WEBSOCKET, peer);
    if (!protocol->websocket || protocol->tunnel)
        peer->spdy = spdy_create(protocol->tunnel ? &SPDY_TUNNEL : &SPDY_DIRECT, peer);
    peer->channels = (struct channels){
        .events = &CHANNELS,
        .context = peer,
        .base64 = protocol->base64,
        .close_signal = protocol->close_signal,
    };
    peer->wire = wire_create(loop, wire, &WIRE, peer);
    return peer;
}

void peer_destroy(struct peer *peer)
{
    if (peer == NULL || peer->destroyed)
        return;
    peer->destroyed = true;
    wire_destroy(peer->wire);
    release(peer);
}

void peer_accept(struct peer *peer, uint32_t channel)
{
    if (peer->spdy != NULL)
        spdy_accept(peer->spdy, channel);
}

static void send_message(struct peer *peer, uint32_t channel, const char *bytes, size_t length)
{
    char head = (char)channel;
    if (!peer->protocol.base64) {
        websocket_send(peer->websocket, false, &head, 1, bytes, length);
        return;
    }
    struct arena *arena = arena_create();
    const char *text = base64_encode(arena, bytes, length);
    head = (char)(head + '0');
    websocket_send(peer->websocket, true, &head, 1, text, strlen(text));
    arena_destroy(arena);
}

void peer_send(struct peer *peer, uint32_t channel, const char *bytes, size_t length)
{
    peer->active_ms = uv_now(peer->loop);
    wire_cork(peer->wire);
    if (peer->spdy != NULL)
        spdy_data(peer->spdy, channel, bytes, length);
    else
        send_message(peer, channel, bytes, length);
    wire_uncork(peer->wire);
}

void peer_finish(struct peer *peer, uint32_t channel)
{
    if (peer->spdy != NULL)
        spdy_finish(peer->spdy, channel);
}

void peer_reset(struct peer *peer, uint32_t channel)
{
    if (peer->spdy != NULL)
        spdy_reset(peer->spdy, channel, SPDY_RESET_CANCEL);
}

void peer_close(struct peer *peer)
{
    if (peer->spdy != NULL)
        spdy_goaway(peer->spdy, SPDY_GOAWAY_OK);
    if (peer->websocket != NULL)
        websocket_close(peer->websocket);
    peer->closing = true;
    wire_finish(peer->wire);
    wire_read(peer->wire, true);
}

bool peer_is_full(const struct peer *peer)
{
    return wire_is_full(peer->wire);
}

bool peer_is_flushed(const struct peer *peer)
{
    return wire_is_empty(peer->wire);
}

void peer_read(struct peer *peer, bool enabled)
{
    wire_read(peer->wire, enabled);
}

void peer_probe(struct peer *peer)
{
    if (wire_is_reading(peer->wire) || !wire_is_empty(peer->wire))
        return; /* what is waiting to be sent does the same */
    if (peer->spdy != NULL)
        spdy_probe(peer->spdy);
    else
        websocket_probe(peer->websocket);
}

uint64_t peer_active_ms(const struct peer *peer)
{
    return peer->active_ms;
}
