/*
 * WebSocket (RFC 6455), the server's side, after the handshake: bytes in, pieces of messages out;
 * calls in, bytes out. No I/O. wslay does the framing; pings are answered and a close is returned.
 *
 * Messages are not collected: a piece comes as soon as its bytes do, so that a message may be
 * larger than memory.
 */
#ifndef CRI_STREAM_WEBSOCKET_H
#define CRI_STREAM_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "shim/base/err.h"

/* What is borrowed is gone after the event. No event destroys the connection it comes from. */
struct websocket_events {
    /* The next piece of a message; `begins`: its first one. A message without any bytes has one
     * empty piece. */
    void (*piece)(void *context, const char *bytes, size_t length, bool begins);
    void (*close)(void *context);                                  /* the client says goodbye */
    void (*send)(void *context, const char *bytes, size_t length); /* to the client */
};

struct websocket;

struct websocket *websocket_create(const struct websocket_events *events, void *context);
void websocket_destroy(struct websocket *websocket); /* NULL is allowed */

/* Takes bytes from the client. False if they break the protocol: the connection is to be ended,
 * after the close frame that was sent. */
bool websocket_feed(struct websocket *websocket, const char *bytes, size_t length, struct err *err);

/* A message of two parts, of which either may be empty. */
void websocket_send(struct websocket *websocket, bool text, const char *head, size_t head_length,
                    const char *bytes, size_t length);

/* A frame that means nothing and wants no answer: a pong out of the blue (RFC 6455, 5.5.3). */
void websocket_probe(struct websocket *websocket);

/* The close frame, unless one was sent; nothing may be sent after it. */
void websocket_close(struct websocket *websocket);

enum { WEBSOCKET_ACCEPT_MAX = 32 };

/* The Sec-WebSocket-Accept that belongs to a Sec-WebSocket-Key. */
bool websocket_accept(const char *key, char ret_accept[WEBSOCKET_ACCEPT_MAX], struct err *err);

#endif
