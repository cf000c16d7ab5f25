#include "shim/base/buf.h"

#include <stdlib.h>
#include <string.h>

#include "shim/base/alloc.h"

void buf_init(struct buf *buf, size_t limit_bytes)
{
    *buf = (struct buf){.limit = limit_bytes};
}

void buf_done(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}

bool buf_append(struct buf *buf, const void *bytes, size_t length)
{
    bool fits = length <= buf->limit - buf->length;
    if (!fits)
        length = buf->limit - buf->length;
    if (length == 0)
        return fits;
    if (buf->length + length > buf->capacity) {
        size_t capacity = buf->capacity > 0 ? buf->capacity : 512;
        while (capacity < buf->length + length)
            capacity *= 2;
        buf->data = xrealloc(buf->data, capacity);
        buf->capacity = capacity;
    }
    memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
    return fits;
}

void buf_consume(struct buf *buf, size_t length)
{
    if (length > buf->length)
        length = buf->length;
    buf->length -= length;
    if (buf->length > 0)
        memmove(buf->data, buf->data + length, buf->length);
}
