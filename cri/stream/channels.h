/*
 * The channels that Kubernetes lays over WebSocket messages: the first byte names the channel, the
 * rest is its data. In the base64 dialect messages are text: a digit and base64. With version 5 a
 * message on channel 255 names a channel that its sender has finished with. Pieces of messages in,
 * pieces of channel data out. No I/O.
 */
#ifndef CRI_STREAM_CHANNELS_H
#define CRI_STREAM_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/base/err.h"

struct channels_events {
    void (*data)(void *context, uint32_t channel, const char *bytes, size_t length);
    void (*finish)(void *context, uint32_t channel);
};

struct channels {
    const struct channels_events *events;
    void *context;
    bool base64;           /* the dialect */
    bool close_signal;     /* version 5 */
    unsigned char channel; /* of the message under way */
    char quad[4];          /* base64 that waits for its other characters */
    size_t quad_length;
    bool padded; /* nothing may follow in this message */
    bool waits;  /* the message under way has not told its channel yet */
};

/* The next piece of a message, as the WebSocket gives it. INVALID_ARGUMENT for base64 that is none.
 */
bool channels_feed(struct channels *channels, const char *bytes, size_t length, bool begins,
                   struct err *err);

#endif
