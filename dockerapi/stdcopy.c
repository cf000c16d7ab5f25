#include "dockerapi/stdcopy.h"

#include <string.h>

/* Takes the head's next bytes; the number of bytes used. */
static size_t take_head(struct stdcopy *stdcopy, const char *bytes, size_t length)
{
    size_t want = sizeof(stdcopy->head) - stdcopy->head_length;
    size_t count = length < want ? length : want;
    memcpy(stdcopy->head + stdcopy->head_length, bytes, count);
    stdcopy->head_length += count;
    return count;
}

static bool begin_payload(struct stdcopy *stdcopy, struct err *err)
{
    const unsigned char *head = stdcopy->head;
    if (head[0] > STDCOPY_SYSTEMERR || head[1] != 0 || head[2] != 0 || head[3] != 0)
        return err_set(
            err, CODE_UNKNOWN,
            "docker: the output stream is out of step: a frame's head is %02x%02x%02x%02x", head[0],
            head[1], head[2], head[3]);
    stdcopy->left = (uint32_t)head[4] << 24 | (uint32_t)head[5] << 16 | (uint32_t)head[6] << 8 |
                    (uint32_t)head[7];
    stdcopy->head_length = stdcopy->left > 0 ? sizeof(stdcopy->head) : 0;
    return true;
}

/* Hands on the payload's next bytes; the number of bytes used. */
static size_t take_payload(struct stdcopy *stdcopy, const char *bytes, size_t length,
                           stdcopy_fn *piece, void *context)
{
    size_t count = length < stdcopy->left ? length : stdcopy->left;
    piece(context, (enum stdcopy_stream)stdcopy->head[0], bytes, count);
    stdcopy->left -= (uint32_t)count;
    if (stdcopy->left == 0)
        stdcopy->head_length = 0;
    return count;
}

bool stdcopy_feed(struct stdcopy *stdcopy, const char *bytes, size_t length, stdcopy_fn *piece,
                  void *context, struct err *err)
{
    while (length > 0) {
        size_t used;
        if (stdcopy->left > 0) {
            used = take_payload(stdcopy, bytes, length, piece, context);
        } else {
            used = take_head(stdcopy, bytes, length);
            if (stdcopy->head_length == sizeof(stdcopy->head) && !begin_payload(stdcopy, err))
                return false;
        }
        bytes += used;
        length -= used;
    }
    return true;
}

bool stdcopy_at_border(const struct stdcopy *stdcopy)
{
    return stdcopy->head_length == 0;
}
