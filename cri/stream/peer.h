/*
 * The client of a session, whichever way it speaks: SPDY, channels in WebSocket messages, or SPDY
 * in WebSocket messages. Sessions see channels by number (SPDY's stream, WebSocket's channel).
 *
 * Threads: the loop's.
 */
#ifndef CRI_STREAM_PEER_H
#define CRI_STREAM_PEER_H

#include <stdint.h>

#include <uv.h>

#include "cri/stream/protocol.h"
#include "cri/stream/spdy_headers.h"
#include "cri/stream/wire.h"

struct peer;

/* A peer may be destroyed in any of its events. */
struct peer_events {
    /* SPDY only: the client wants a channel; to be accepted or reset. */
    void (*open)(void *session, uint32_t channel, const struct spdy_headers *headers);
    void (*data)(void *session, uint32_t channel, const char *bytes, size_t length);
    void (*finish)(void *session, uint32_t channel);
    void (*reset)(void *session, uint32_t channel);
    void (*drained)(void *session); /* it was full and is not any more */
    void (*gone)(void *session);    /* nothing comes or goes any more: destroy it */
};

struct peer *peer_create(uv_loop_t *loop, const struct wire_options *wire,
                         const struct protocol *protocol, const struct peer_events *events,
                         void *session);
void peer_destroy(struct peer *peer); /* NULL is allowed */

/* Bytes that came before the peer was made. */
void peer_feed(struct peer *peer, const char *bytes, size_t length);

void peer_accept(struct peer *peer, uint32_t channel);
void peer_send(struct peer *peer, uint32_t channel, const char *bytes, size_t length);
void peer_finish(struct peer *peer, uint32_t channel); /* WebSocket has no word for it */
void peer_reset(struct peer *peer, uint32_t channel);

/* Says goodbye after all that was sent, and waits for the client to go: `gone` follows, if the
 * client is well behaved. Input is dropped. */
void peer_close(struct peer *peer);

bool peer_is_full(const struct peer *peer);
bool peer_is_flushed(const struct peer *peer); /* all that was sent has left */
void peer_read(struct peer *peer, bool enabled);

/* To be called every few seconds. A client whose input is stopped may go without a sign: its last
 * bytes, and the end behind them, wait for room in our socket. It gets a frame that means nothing,
 * which the kernel of one that has gone refuses. */
void peer_probe(struct peer *peer);

/* When something last came from or went to it, by uv_now(). */
uint64_t peer_active_ms(const struct peer *peer);

#endif
