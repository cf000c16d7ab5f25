/*
 * The sizes that a client sends for its terminal: JSON objects {"Width": 80, "Height": 24} one
 * after the other, split anywhere. Bytes in, the newest size out. No I/O.
 */
#ifndef CRI_STREAM_TERMINAL_SIZE_H
#define CRI_STREAM_TERMINAL_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct terminal_size {
    char text[256]; /* of the object under way; one that does not fit is none */
    size_t length;
    uint32_t width, height; /* in characters */
};

/* Zero-initialised at the start. True if the bytes complete a size that is one. */
bool terminal_size_feed(struct terminal_size *size, const char *bytes, size_t length);

#endif
