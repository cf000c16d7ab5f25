#include "dockerapi/base64url.h"

#include <stdint.h>

const char *base64url_encode(struct arena *arena, const void *bytes, size_t length)
{
    static const char ALPHABET[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=";
    enum { PADDING = 64 };
    const unsigned char *in = bytes;
    char *encoded = arena_alloc(arena, (length + 2) / 3 * 4 + 1);
    char *end = encoded;
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t group = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
                         (left > 2 ? (uint32_t)in[i + 2] : 0);
        *end++ = ALPHABET[group >> 18];
        *end++ = ALPHABET[group >> 12 & 63];
        *end++ = ALPHABET[left > 1 ? group >> 6 & 63 : PADDING];
        *end++ = ALPHABET[left > 2 ? group & 63 : PADDING];
    }
    *end = '\0';
    return encoded;
}
