#include "shim/base/base64.h"

#include <stdint.h>
#include <string.h>

static const char common[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static char digit(unsigned value, const char *last_two)
{
    if (value < 62)
        return common[value];
    return last_two[value - 62];
}

static char *encode(struct arena *arena, const unsigned char *bytes, size_t length,
                    const char *last_two)
{
    char *text = arena_alloc(arena, (length + 2) / 3 * 4 + 1), *end = text;
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned group = (unsigned)bytes[i] << 16;
        group |= left > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? bytes[i + 2] : 0;
        for (unsigned j = 0; j < 4; j++, group <<= 6)
            if (j <= left)
                *end++ = digit(group >> 18 & 63, last_two);
            else
                *end++ = '=';
    }
    *end = '\0';
    return text;
}

char *base64_encode(struct arena *arena, const void *bytes, size_t length)
{
    return encode(arena, bytes, length, "+/");
}

char *base64_encode_url(struct arena *arena, const void *bytes, size_t length)
{
    return encode(arena, bytes, length, "-_");
}

static int value_of(char character)
{
    if (character == '+' || character == '-')
        return 62;
    if (character == '/' || character == '_')
        return 63;
    const char *found = character != '\0' ? strchr(common, character) : NULL;
    return found != NULL ? (int)(found - common) : -1;
}

bool base64_decode(struct arena *arena, const char *text, char **ret_bytes, size_t *ret_length)
{
    size_t digits = strcspn(text, "="), padding = strspn(text + digits, "=");
    if (text[digits + padding] != '\0' || padding > 2 || digits % 4 == 1 ||
        (padding > 0 && (digits + padding) % 4 != 0))
        return false;
    char *bytes = arena_alloc(arena, digits / 4 * 3 + 4);
    size_t length = 0;
    uint32_t group = 0;
    for (size_t i = 0; i < digits; i++) {
        int value = value_of(text[i]);
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
        if (i % 4 != 0)
            bytes[length++] = (char)(group >> (6 - 2 * (i % 4)));
    }
    bytes[length] = '\0';
    *ret_bytes = bytes;
    *ret_length = length;
    return true;
}
