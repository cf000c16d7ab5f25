/*
 * SPDY/3.1 framing, the server's side: bytes in, events out; calls in, bytes out. No I/O.
 *
 * There is no flow control towards the client: the Go clients that speak SPDY never send
 * WINDOW_UPDATE, so a window that is waited for never opens. Towards us the windows are opened as
 * data is taken, for those clients that do wait.
 */
#ifndef CRI_STREAM_SPDY_H
#define CRI_STREAM_SPDY_H

#include <stdint.h>

#include "cri/stream/spdy_headers.h"

enum spdy_reset_status {
    SPDY_RESET_PROTOCOL_ERROR = 1,
    SPDY_RESET_REFUSED_STREAM = 3,
    SPDY_RESET_CANCEL = 5,
    SPDY_RESET_INTERNAL_ERROR = 6,
};

enum spdy_goaway_status { SPDY_GOAWAY_OK = 0, SPDY_GOAWAY_PROTOCOL_ERROR = 1 };

/* What is borrowed is gone after the event. No event destroys the connection it comes from. */
struct spdy_events {
    /* Whether the stream is open already is for the session to know. */
    void (*open)(void *context, uint32_t stream, const struct spdy_headers *headers);
    void (*data)(void *context, uint32_t stream, const char *bytes, size_t length);
    void (*finish)(void *context, uint32_t stream); /* the client has said all on it */
    void (*reset)(void *context, uint32_t stream);
    void (*send)(void *context, const char *bytes, size_t length); /* to the client */
};

struct spdy;

struct spdy *spdy_create(const struct spdy_events *events, void *context);
void spdy_destroy(struct spdy *spdy); /* NULL is allowed */

/* Takes bytes from the client. False if they are no SPDY/3.1: the connection is to be ended. */
bool spdy_feed(struct spdy *spdy, const char *bytes, size_t length, struct err *err);

/* Frames to the client, through events->send. */
void spdy_accept(struct spdy *spdy, uint32_t stream);
void spdy_data(struct spdy *spdy, uint32_t stream, const char *bytes, size_t length);
void spdy_finish(struct spdy *spdy, uint32_t stream);
void spdy_reset(struct spdy *spdy, uint32_t stream, enum spdy_reset_status status);
void spdy_goaway(struct spdy *spdy, enum spdy_goaway_status status);

/* A frame that means nothing and wants no answer. */
void spdy_probe(struct spdy *spdy);

#endif
