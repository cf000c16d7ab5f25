/*
 * UTF-8 at the borders of the program. gRPC clients written in Go reject a whole reply for one
 * bad byte in a string field, so every string from outside is cleaned before it is packed.
 */
#ifndef SHIM_BASE_UTF8_H
#define SHIM_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* True if the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). A NUL byte
 * is well-formed. */
bool utf8_valid(const char *bytes, size_t length);

/* `text` itself if it is well-formed, else a copy in the arena with U+FFFD in place of each byte
 * that is not. NULL gives "". */
const char *utf8_clean(struct arena *arena, const char *text);

/* Takes an incomplete character off the end of `text`, in place: what a fixed-size buffer leaves
 * when it cuts a longer text. */
void utf8_cut(char *text);

#endif
