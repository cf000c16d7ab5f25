/* Base64 (RFC 4648), both alphabets. */
#ifndef SHIM_BASE_BASE64_H
#define SHIM_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "shim/base/arena.h"

/* Padded; standard alphabet, or the URL-safe one. */
char *base64_encode(struct arena *arena, const void *bytes, size_t length);
char *base64_encode_url(struct arena *arena, const void *bytes, size_t length);

/* Takes either alphabet, with or without padding. *ret_bytes is NUL-terminated behind its length.
 */
bool base64_decode(struct arena *arena, const char *text, char **ret_bytes, size_t *ret_length);

#endif
