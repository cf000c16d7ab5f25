/*
 * The names by which client and server agree on how a session is carried: SPDY's
 * X-Stream-Protocol-Version and WebSocket's Sec-WebSocket-Protocol. Pure: header values in, a
 * choice out.
 */
#ifndef CRI_STREAM_PROTOCOL_H
#define CRI_STREAM_PROTOCOL_H

#include <stdbool.h>

#include "cri/streaming.h"

/* One header may come several times, and hold several names separated by commas. */
struct protocol_offer {
    const char *values[16];
    size_t count;
};

struct protocol {
    const char *name; /* as it is told to the client; "" if none was offered nor is needed */
    bool websocket;
    bool tunnel;       /* SPDY inside WebSocket messages */
    bool base64;       /* text messages */
    bool json_status;  /* the end is told as JSON, not as plain text */
    bool resizes;      /* there is a resize stream */
    bool close_signal; /* channel 255 ends a channel */
};

/* The best of what is offered. False: nothing fits. */
bool protocol_choose_spdy(enum stream_kind kind, const struct protocol_offer *offer,
                          struct protocol *ret_protocol);
bool protocol_choose_websocket(enum stream_kind kind, const struct protocol_offer *offer,
                               struct protocol *ret_protocol);

/* What SPDY clients may offer for a kind, for the answer to those that did not: the NULL-terminated
 * list. */
const char *const *protocol_spdy_names(enum stream_kind kind);

#endif
