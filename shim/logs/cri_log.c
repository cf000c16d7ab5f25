#include "shim/logs/cri_log.h"

#include <string.h>

static bool append_line(struct buf *buf, const struct json_log_entry *entry, const char *text,
                        size_t length, bool partial)
{
    return buf_append(buf, entry->time, entry->time_length) && buf_append(buf, " ", 1) &&
           buf_append(buf, entry->stream, entry->stream_length) &&
           buf_append(buf, partial ? " P " : " F ", 3) && buf_append(buf, text, length) &&
           buf_append(buf, "\n", 1);
}

bool cri_log_append(struct buf *buf, const struct json_log_entry *entry)
{
    const char *text = entry->text, *end = text + entry->text_length, *newline;
    while ((newline = memchr(text, '\n', (size_t)(end - text))) != NULL) {
        if (!append_line(buf, entry, text, (size_t)(newline - text), false))
            return false;
        text = newline + 1;
    }
    return append_line(buf, entry, text, (size_t)(end - text), entry->partial);
}
