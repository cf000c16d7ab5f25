#include "shim/logs/json_log.h"

#include <stdint.h>
#include <string.h>

struct cursor {
    const char *at, *end;
};

static void skip_space(struct cursor *cursor)
{
    while (cursor->at < cursor->end && strchr(" \t\r", *cursor->at) != NULL && *cursor->at != '\0')
        cursor->at++;
}

static bool take(struct cursor *cursor, char wanted)
{
    skip_space(cursor);
    if (cursor->at == cursor->end || *cursor->at != wanted)
        return false;
    cursor->at++;
    return true;
}

/* The raw inside of a string, escapes and all. */
static bool raw_string(struct cursor *cursor, const char **ret_text, size_t *ret_length)
{
    if (!take(cursor, '"'))
        return false;
    const char *start = cursor->at;
    for (;;) {
        const char *quote = memchr(cursor->at, '"', (size_t)(cursor->end - cursor->at));
        if (quote == NULL)
            return false;
        size_t slashes = 0;
        while (quote - slashes > start && quote[-1 - (ptrdiff_t)slashes] == '\\')
            slashes++;
        cursor->at = quote + 1;
        if (slashes % 2 == 0) {
            *ret_text = start;
            *ret_length = (size_t)(quote - start);
            return true;
        }
    }
}

static bool hex4(const char *text, const char *end, uint32_t *ret_value)
{
    if (end - text < 4)
        return false;
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return false;
        value = value << 4 | (uint32_t)digit;
    }
    *ret_value = value;
    return true;
}

static char *put_utf8(char *out, uint32_t point)
{
    if (point < 0x80) {
        *out++ = (char)point;
    } else if (point < 0x800) {
        *out++ = (char)(0xc0 | point >> 6);
        *out++ = (char)(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        *out++ = (char)(0xe0 | point >> 12);
        *out++ = (char)(0x80 | (point >> 6 & 0x3f));
        *out++ = (char)(0x80 | (point & 0x3f));
    } else {
        *out++ = (char)(0xf0 | point >> 18);
        *out++ = (char)(0x80 | (point >> 12 & 0x3f));
        *out++ = (char)(0x80 | (point >> 6 & 0x3f));
        *out++ = (char)(0x80 | (point & 0x3f));
    }
    return out;
}

/* What stands behind "\u", perhaps a surrogate pair; a lone surrogate is U+FFFD. */
static bool unicode(const char **at, const char *end, char **out)
{
    uint32_t point, low;
    if (!hex4(*at, end, &point))
        return false;
    *at += 4;
    if (point >= 0xd800 && point < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' &&
        (*at)[1] == 'u' && hex4(*at + 2, end, &low) && low >= 0xdc00 && low < 0xe000) {
        *at += 6;
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    } else if (point >= 0xd800 && point < 0xe000) {
        point = 0xfffd;
    }
    *out = put_utf8(*out, point);
    return true;
}

/* Never writes more bytes than it reads. */
static bool unescape(const char *text, size_t length, char *buffer, size_t *ret_length)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *end = text + length;
    char *out = buffer;
    while (text < end) {
        const char *slash = memchr(text, '\\', (size_t)(end - text));
        size_t plain = (size_t)((slash != NULL ? slash : end) - text);
        memcpy(out, text, plain);
        out += plain;
        if (slash == NULL)
            break;
        if (slash + 1 == end)
            return false;
        char name = slash[1];
        const char *known = name != '\0' ? strchr(names, name) : NULL;
        text = slash + 2;
        if (known != NULL)
            *out++ = values[known - names];
        else if (name != 'u' || !unicode(&text, end, &out))
            return false;
    }
    *ret_length = (size_t)(out - buffer);
    return true;
}

/* A value that does not matter: skipped by its brackets. */
static bool skip_value(struct cursor *cursor)
{
    const char *text;
    size_t length;
    int depth = 0;
    do {
        skip_space(cursor);
        if (cursor->at == cursor->end)
            return false;
        char c = *cursor->at;
        if (c == '"') {
            if (!raw_string(cursor, &text, &length))
                return false;
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}'))
            return true;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        cursor->at++;
    } while (depth > 0 || (cursor->at < cursor->end && *cursor->at != ',' && *cursor->at != '}'));
    return true;
}

static bool is_key(const char *key, size_t length, const char *wanted)
{
    return length == strlen(wanted) && memcmp(key, wanted, length) == 0;
}

bool json_log_parse(const char *line, size_t length, char *buffer, struct json_log_entry *ret_entry)
{
    struct cursor cursor = {.at = line, .end = line + length};
    struct json_log_entry entry = {0};
    const char *log = NULL;
    size_t log_length = 0;
    if (!take(&cursor, '{'))
        return false;
    do {
        const char *key;
        size_t key_length;
        bool ok = raw_string(&cursor, &key, &key_length) && take(&cursor, ':');
        if (ok && is_key(key, key_length, "log"))
            ok = raw_string(&cursor, &log, &log_length);
        else if (ok && is_key(key, key_length, "stream"))
            ok = raw_string(&cursor, &entry.stream, &entry.stream_length);
        else if (ok && is_key(key, key_length, "time"))
            ok = raw_string(&cursor, &entry.time, &entry.time_length);
        else
            ok = ok && skip_value(&cursor);
        if (!ok)
            return false;
    } while (take(&cursor, ','));
    if (!take(&cursor, '}') || log == NULL || entry.time == NULL || entry.time_length == 0 ||
        !(is_key(entry.stream, entry.stream_length, "stdout") ||
          is_key(entry.stream, entry.stream_length, "stderr")) ||
        memchr(entry.time, ' ', entry.time_length) != NULL ||
        !unescape(log, log_length, buffer, &entry.text_length))
        return false;
    entry.text = buffer;
    if (entry.text_length > 0 && buffer[entry.text_length - 1] == '\n')
        entry.text_length--;
    else /* shorter and without a newline: the process ended there */
        entry.partial = entry.text_length >= JSON_LOG_PART_BYTES;
    *ret_entry = entry;
    return true;
}
