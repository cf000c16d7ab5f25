#include "cri/stream/terminal_size.h"

#include <jansson.h>

static bool take(struct terminal_size *size)
{
    json_t *object = json_loadb(size->text, size->length, 0, NULL);
    int64_t width = json_integer_value(json_object_get(object, "Width"));
    int64_t height = json_integer_value(json_object_get(object, "Height"));
    json_decref(object);
    if (width <= 0 || height <= 0 || width > UINT16_MAX || height > UINT16_MAX)
        return false;
    size->width = (uint32_t)width;
    size->height = (uint32_t)height;
    return true;
}

bool terminal_size_feed(struct terminal_size *size, const char *bytes, size_t length)
{
    bool complete = false;
    for (size_t i = 0; i < length; i++) {
        if (size->length == sizeof(size->text))
            size->length = 0;
        size->text[size->length++] = bytes[i];
        if (bytes[i] != '}')
            continue;
        complete |= take(size);
        size->length = 0;
    }
    return complete;
}
