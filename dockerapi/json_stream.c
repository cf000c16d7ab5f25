#include "dockerapi/json_stream.h"

#include <string.h>

#include "dockerapi/json_parse.h"

void json_stream_init(struct json_stream *stream, json_stream_fn *message, void *context)
{
    *stream = (struct json_stream){.message = message, .context = context};
    buf_init(&stream->line, JSON_STREAM_LINE_MAX);
}

void json_stream_done(struct json_stream *stream)
{
    buf_done(&stream->line);
}

static bool is_blank(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (strchr(" \t\r\n", bytes[i]) == NULL || bytes[i] == '\0')
            return false;
    return true;
}

static bool take_line(struct json_stream *stream, const char *line, size_t length, struct err *err)
{
    if (is_blank(line, length))
        return true;
    json_auto_t *message = NULL;
    return json_parse(line, length, JSON_OBJECT, &message, err) &&
           stream->message(stream->context, message, err);
}

static bool keep(struct json_stream *stream, const char *bytes, size_t length, struct err *err)
{
    if (buf_append(&stream->line, bytes, length))
        return true;
    return err_set(err, CODE_RESOURCE_EXHAUSTED, "a message of the stream is larger than %d bytes",
                   JSON_STREAM_LINE_MAX);
}

bool json_stream_feed(struct json_stream *stream, const char *bytes, size_t length, struct err *err)
{
    while (length > 0) {
        const char *newline = memchr(bytes, '\n', length);
        size_t count = newline != NULL ? (size_t)(newline - bytes) + 1 : length;
        if (!keep(stream, bytes, count, err))
            return false;
        if (newline != NULL) {
            if (!take_line(stream, stream->line.data, stream->line.length, err))
                return false;
            buf_consume(&stream->line, stream->line.length);
        }
        bytes += count;
        length -= count;
    }
    return true;
}

bool json_stream_end(struct json_stream *stream, struct err *err)
{
    return take_line(stream, stream->line.data, stream->line.length, err);
}
