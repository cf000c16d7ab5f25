#include "dockerapi/url.h"

#include <string.h>

#include "shim/base/cleanup.h"

/* Besides RFC 3986's unreserved characters, ':' and '@' mean nothing in a path or a query, and
 * references are easier to read with them. */
static bool is_plain(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("-._~:@", byte) != NULL);
}

static char *encode(struct arena *arena, const char *text, bool keep_slashes)
{
    static const char HEX[] = "0123456789ABCDEF";
    char *encoded = arena_alloc(arena, strlen(text) * 3 + 1);
    char *end = encoded;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (is_plain(byte) || (byte == '/' && keep_slashes)) {
            *end++ = *text;
        } else {
            *end++ = '%';
            *end++ = HEX[byte >> 4];
            *end++ = HEX[byte & 15];
        }
    }
    *end = '\0';
    return encoded;
}

/* What is wrong with the segment, NULL if nothing is. */
static const char *segment_flaw(const char *text, size_t length)
{
    if (length == 0)
        return "is empty";
    if ((length == 1 && text[0] == '.') || (length == 2 && memcmp(text, "..", 2) == 0))
        return "is a dot";
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20 || byte == 0x7f)
            return "holds a control character";
        if (byte == '/')
            return "holds a slash";
    }
    return NULL;
}

bool url_segment(struct arena *arena, const char *what, const char *text, const char **ret_segment,
                 struct err *err)
{
    size_t length = strlen(text);
    const char *flaw = length > URL_TEXT_MAX ? "is too long" : segment_flaw(text, length);
    if (flaw != NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "docker: the %s %s", what, flaw);
    *ret_segment = encode(arena, text, false);
    return true;
}

bool url_reference(struct arena *arena, const char *reference, const char **ret_path,
                   struct err *err)
{
    if (reference[0] == '\0' || strlen(reference) > URL_TEXT_MAX)
        return err_set(err, CODE_INVALID_ARGUMENT, "docker: the image reference is %s",
                       reference[0] == '\0' ? "empty" : "too long");
    for (const char *part = reference;;) {
        size_t length = strcspn(part, "/");
        const char *flaw = segment_flaw(part, length);
        if (flaw != NULL)
            return err_set(err, CODE_INVALID_ARGUMENT, "docker: a part of the image reference %s",
                           flaw);
        if (part[length] == '\0')
            break;
        part += length + 1;
    }
    *ret_path = encode(arena, reference, true);
    return true;
}

const char *url_query(struct arena *arena, const char *value)
{
    return encode(arena, value, false);
}

bool url_query_json(struct arena *arena, const json_t *json, const char **ret_value,
                    struct err *err)
{
    auto_free char *text = json_dumps(json, JSON_COMPACT);
    if (text == NULL)
        return err_set(err, CODE_INTERNAL, "docker: the filters cannot be written as JSON");
    *ret_value = encode(arena, text, false);
    return true;
}
