#include "dockerapi/http_head.h"

#include <string.h>
#include <strings.h>

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* "HTTP/1.x NNN", then nothing or a space and a reason. */
static bool parse_status_line(const char *line, size_t length, int *ret_status)
{
    if (length < strlen("HTTP/1.1 200") || memcmp(line, "HTTP/1.", 7) != 0 || !is_digit(line[7]) ||
        line[8] != ' ' || line[9] < '1' || line[9] > '5' || !is_digit(line[10]) ||
        !is_digit(line[11]) || (length > 12 && line[12] != ' '))
        return false;
    *ret_status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    return true;
}

static bool parse_length(const char *text, size_t length, int64_t *ret_value)
{
    int64_t value = 0;
    if (length == 0 || length > 18)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]))
            return false;
        value = value * 10 + (text[i] - '0');
    }
    *ret_value = value;
    return true;
}

static bool name_is(const char *name, size_t length, const char *wanted)
{
    return length == strlen(wanted) && strncasecmp(name, wanted, length) == 0;
}

static bool parse_field(const char *line, size_t length, struct http_head *head)
{
    const char *colon = memchr(line, ':', length);
    if (colon == NULL || colon == line)
        return false;
    size_t name_length = (size_t)(colon - line);
    const char *value = colon + 1, *end = line + length;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    size_t value_length = (size_t)(end - value);
    if (name_is(line, name_length, "Content-Length")) {
        int64_t told = head->content_length;
        return parse_length(value, value_length, &head->content_length) &&
               (told < 0 || told == head->content_length);
    }
    if (name_is(line, name_length, "Transfer-Encoding"))
        head->chunked = name_is(value, value_length, "chunked");
    return true;
}

/* True if the bytes can still become an answer's head. */
static bool begins_well(const char *bytes, size_t length)
{
    static const char START[] = "HTTP/1.";
    size_t count = length < strlen(START) ? length : strlen(START);
    return memcmp(bytes, START, count) == 0;
}

enum http_head_result http_head_parse(const char *bytes, size_t length, struct http_head *ret_head)
{
    static const char END[] = "\r\n\r\n";
    struct http_head head = {.content_length = -1};
    if (length > 0 && !begins_well(bytes, length))
        return HTTP_HEAD_BAD;
    size_t look = length < HTTP_HEAD_MAX ? length : HTTP_HEAD_MAX;
    const char *end = look > 0 ? memmem(bytes, look, END, strlen(END)) : NULL;
    if (end == NULL)
        return length < HTTP_HEAD_MAX ? HTTP_HEAD_MORE : HTTP_HEAD_BAD;
    head.length = (size_t)(end - bytes) + strlen(END);
    const char *stop = end + 2; /* every line up to here ends with \r\n */
    for (const char *line = bytes; line < stop;) {
        const char *line_end = memmem(line, (size_t)(stop - line), "\r\n", 2);
        size_t line_length = (size_t)(line_end - line);
        if (line == bytes ? !parse_status_line(line, line_length, &head.status)
                          : !parse_field(line, line_length, &head))
            return HTTP_HEAD_BAD;
        line = line_end + 2;
    }
    *ret_head = head;
    return HTTP_HEAD_DONE;
}

static int hex_digit(char byte)
{
    static const char DIGITS[] = "0123456789abcdef";
    if (byte >= 'A' && byte <= 'F')
        byte = (char)(byte - 'A' + 'a');
    const char *found = byte != '\0' ? strchr(DIGITS, byte) : NULL;
    return found != NULL ? (int)(found - DIGITS) : -1;
}

/* A chunk's size line, which may carry extensions; false if it is no such line. */
static bool chunk_size(const char *line, size_t length, size_t *ret_size)
{
    size_t size = 0, digits = 0;
    while (digits < length && digits < 8 && hex_digit(line[digits]) >= 0)
        size = size * 16 + (size_t)hex_digit(line[digits++]);
    *ret_size = size;
    return digits > 0 && (digits == length || line[digits] == ';' || line[digits] == ' ');
}

bool http_dechunk(char *bytes, size_t length, size_t *ret_length)
{
    size_t out = 0, at = 0;
    bool ended = false;
    while (!ended) {
        const char *line_end = memmem(bytes + at, length - at, "\r\n", 2);
        if (line_end == NULL)
            break;
        size_t size, line_length = (size_t)(line_end - (bytes + at));
        if (!chunk_size(bytes + at, line_length, &size) || size == 0) {
            ended = true;
            break;
        }
        at += line_length + 2;
        size_t here = length - at < size ? length - at : size;
        memmove(bytes + out, bytes + at, here);
        out += here;
        at += here;
        if (length - at < 2)
            break;
        ended = memcmp(bytes + at, "\r\n", 2) != 0;
        at += 2;
    }
    *ret_length = out;
    return ended;
}
