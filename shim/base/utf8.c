#include "shim/base/utf8.h"

#include <string.h>

#include "shim/base/arena.h"

/* Length of the well-formed character at `bytes`, 0 if there is none. */
static size_t character_length(const unsigned char *bytes, size_t length)
{
    unsigned char lead = bytes[0];
    if (lead < 0x80)
        return 1;
    size_t want = 0;
    unsigned char low = 0x80, high = 0xbf; /* the range of the second byte */
    if (lead >= 0xc2 && lead <= 0xdf) {
        want = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        want = 3;
        low = lead == 0xe0 ? 0xa0 : 0x80;
        high = lead == 0xed ? 0x9f : 0xbf;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        want = 4;
        low = lead == 0xf0 ? 0x90 : 0x80;
        high = lead == 0xf4 ? 0x8f : 0xbf;
    }
    if (want == 0 || length < want || bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < want; i++)
        if (bytes[i] < 0x80 || bytes[i] > 0xbf)
            return 0;
    return want;
}

bool utf8_valid(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;
    while (length > 0) {
        size_t step = character_length(at, length);
        if (step == 0)
            return false;
        at += step;
        length -= step;
    }
    return true;
}

const char *utf8_clean(struct arena *arena, const char *text)
{
    if (text == NULL)
        return "";
    size_t length = strlen(text);
    if (utf8_valid(text, length))
        return text;
    char *copy = arena_alloc(arena, length * 3 + 1);
    char *end = copy;
    while (length > 0) {
        size_t step = character_length((const unsigned char *)text, length);
        if (step > 0) {
            memcpy(end, text, step);
            end += step;
        } else {
            memcpy(end, "\xef\xbf\xbd", 3);
            end += 3;
            step = 1;
        }
        text += step;
        length -= step;
    }
    *end = '\0';
    return copy;
}

void utf8_cut(char *text)
{
    size_t length = strlen(text);
    size_t start = length;
    while (start > 0 && length - start < 4 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && ((unsigned char)text[start - 1] & 0x80))
        start--;
    if (start < length && !utf8_valid(text + start, length - start))
        text[start] = '\0';
}
