/*
 * A growing run of bytes with a limit. The limit is set when the buffer is made, and reaching it is
 * an answer (false), not an error: the caller knows what a too large input means.
 */
#ifndef SHIM_BASE_BUF_H
#define SHIM_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* not NUL-terminated; NULL while empty */
    size_t length, capacity, limit;
};

void buf_init(struct buf *buf, size_t limit_bytes);
void buf_done(struct buf *buf);

/* Appends all of the bytes and returns true, or as many as the limit allows and returns false. */
bool buf_append(struct buf *buf, const void *bytes, size_t length);

/* Takes `length` bytes off the front; at most what is there. */
void buf_consume(struct buf *buf, size_t length);

#endif
