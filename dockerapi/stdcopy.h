/*
 * Docker's multiplexed output: frames of an 8-byte head {stream, 0, 0, 0, length as 32 bits big
 * endian} and a payload. Streams of a terminal are not framed and never come here.
 * Bytes in, pieces out, no I/O: heads and payloads may be split anywhere.
 */
#ifndef DOCKERAPI_STDCOPY_H
#define DOCKERAPI_STDCOPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/base/err.h"

enum stdcopy_stream {
    STDCOPY_STDIN = 0,
    STDCOPY_STDOUT = 1,
    STDCOPY_STDERR = 2,
    STDCOPY_SYSTEMERR = 3, /* the engine's own complaint, as text */
};

/* Zero-initialised at the start of a stream. */
struct stdcopy {
    unsigned char head[8];
    size_t head_length;
    uint32_t left; /* of the current payload */
};

/* A piece of one stream's payload, borrowed; a frame may come as several. */
typedef void stdcopy_fn(void *context, enum stdcopy_stream stream, const char *bytes,
                        size_t length);

/* Feeds bytes. UNKNOWN if a head names no stream: the connection is out of step and must be closed.
 */
bool stdcopy_feed(struct stdcopy *stdcopy, const char *bytes, size_t length, stdcopy_fn *piece,
                  void *context, struct err *err);

/* True if the stream may end here, between two frames. */
bool stdcopy_at_border(const struct stdcopy *stdcopy);

#endif
