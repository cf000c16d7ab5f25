/*
 * JSON objects, one a line, as Docker streams them while it works. Bytes in, objects out, no I/O:
 * a line may be split anywhere.
 */
#ifndef DOCKERAPI_JSON_STREAM_H
#define DOCKERAPI_JSON_STREAM_H

#include <jansson.h>

#include "shim/base/buf.h"
#include "shim/base/err.h"

enum { JSON_STREAM_LINE_MAX = 1024 * 1024 }; /* bytes of one object */

/* One object, borrowed. False, with the error set, ends the stream. */
typedef bool json_stream_fn(void *context, const json_t *message, struct err *err);

struct json_stream {
    struct buf line; /* the incomplete last line */
    json_stream_fn *message;
    void *context;
};

void json_stream_init(struct json_stream *stream, json_stream_fn *message, void *context);
void json_stream_done(struct json_stream *stream);

/* UNKNOWN if a line is no JSON object, RESOURCE_EXHAUSTED if it is too long. */
bool json_stream_feed(struct json_stream *stream, const char *bytes, size_t length,
                      struct err *err);

/* The stream is over: its last line needs no newline. */
bool json_stream_end(struct json_stream *stream, struct err *err);

#endif
