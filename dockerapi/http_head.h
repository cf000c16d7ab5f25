/*
 * The head of an HTTP/1.1 answer, for the one place where curl does not read it: a connection that
 * is about to carry a process's input and output. Bytes in, fields out, no I/O.
 *
 * The whole head must be there before its fields are: ask again with all bytes received so far.
 */
#ifndef DOCKERAPI_HTTP_HEAD_H
#define DOCKERAPI_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_HEAD_MAX = 64 * 1024 }; /* bytes of one head */

struct http_head {
    size_t length; /* of the head with its empty line; what follows is the stream or the body */
    int status;
    int64_t content_length; /* -1: not told */
    bool chunked;
};

enum http_head_result {
    HTTP_HEAD_MORE, /* not complete yet */
    HTTP_HEAD_DONE,
    HTTP_HEAD_BAD, /* not an HTTP/1 answer, or one that is too large */
};

enum http_head_result http_head_parse(const char *bytes, size_t length, struct http_head *ret_head);

/* Takes the chunk framing off a body, in place, as far as it has arrived. True at its last chunk,
 * or where the framing is broken: nothing sensible follows. */
bool http_dechunk(char *bytes, size_t length, size_t *ret_length);

#endif
