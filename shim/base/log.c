#include "shim/base/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim/base/utf8.h"

static _Atomic int current_level = LOG_LEVEL_INFO;

void log_level_set(enum log_level level)
{
    atomic_store(&current_level, (int)level);
}

bool log_enabled(enum log_level level)
{
    return (int)level <= atomic_load(&current_level);
}

static const struct {
    const char *name;
    enum log_level level;
} level_names[] = {
    {"error", LOG_LEVEL_ERROR}, {"warning", LOG_LEVEL_WARN}, {"warn", LOG_LEVEL_WARN},
    {"info", LOG_LEVEL_INFO},   {"debug", LOG_LEVEL_DEBUG},  {"trace", LOG_LEVEL_DEBUG},
    {"panic", LOG_LEVEL_ERROR}, {"fatal", LOG_LEVEL_ERROR},
};

bool log_level_parse(const char *name, enum log_level *ret_level)
{
    for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
        if (strcmp(level_names[i].name, name) == 0) {
            *ret_level = level_names[i].level;
            return true;
        }
    }
    return false;
}

static const char *level_name(enum log_level level)
{
    for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++)
        if (level_names[i].level == level && level != LOG_LEVEL_WARN)
            return level_names[i].name;
    return "warn";
}

/* One byte stays free for the newline that log_line_end() adds. */
static void append(struct log_line *line, const char *bytes, size_t length)
{
    size_t room = sizeof(line->text) - 2 - line->length;
    if (length > room)
        length = room;
    memcpy(line->text + line->length, bytes, length);
    line->length += length;
    line->text[line->length] = '\0';
}

static void append_quoted(struct log_line *line, const char *value)
{
    append(line, "\"", 1);
    for (; *value != '\0'; value++) {
        unsigned char byte = (unsigned char)*value;
        char escaped[8];
        if (byte == '"' || byte == '\\')
            (void)snprintf(escaped, sizeof(escaped), "\\%c", byte);
        else if (byte == '\n')
            (void)snprintf(escaped, sizeof(escaped), "\\n");
        else if (byte < 0x20 || byte == 0x7f)
            (void)snprintf(escaped, sizeof(escaped), "\\x%02x", byte);
        else
            (void)snprintf(escaped, sizeof(escaped), "%c", byte);
        append(line, escaped, strlen(escaped));
    }
    append(line, "\"", 1);
}

static bool is_plain(const char *value)
{
    if (*value == '\0')
        return false;
    for (; *value != '\0'; value++)
        if ((unsigned char)*value <= ' ' || strchr("\"=\\\x7f", *value) != NULL)
            return false;
    return true;
}

void log_line_str(struct log_line *line, const char *key, const char *value)
{
    append(line, " ", 1);
    append(line, key, strlen(key));
    append(line, "=", 1);
    if (is_plain(value))
        append(line, value, strlen(value));
    else
        append_quoted(line, value);
}

void log_line_int(struct log_line *line, const char *key, int64_t value)
{
    char digits[24];
    (void)snprintf(digits, sizeof(digits), "%" PRId64, value);
    log_line_str(line, key, digits);
}

void log_line_begin(struct log_line *line, enum log_level level, const char *message)
{
    line->length = 0;
    /* systemd sets JOURNAL_STREAM where stderr is the journal, which reads and strips the prefix.
     */
    if (getenv("JOURNAL_STREAM") != NULL)
        line->length = (size_t)snprintf(line->text, sizeof(line->text), "<%d>", (int)level);
    append(line, "level=", 6);
    append(line, level_name(level), strlen(level_name(level)));
    if (message != NULL)
        log_line_str(line, "msg", message);
}

void log_line_end(struct log_line *line)
{
    utf8_cut(line->text);
    line->length = strlen(line->text);
    line->text[line->length++] = '\n';
    (void)!write(STDERR_FILENO, line->text,
                 line->length); /* a log that fails has nowhere to say so */
}

#define DEFINE_LOG(name, level)                                                                    \
    void log_##name(const char *format, ...)                                                       \
    {                                                                                              \
        if (!log_enabled(level))                                                                   \
            return;                                                                                \
        char message[3072];                                                                        \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        (void)vsnprintf(message, sizeof(message), format, args);                                   \
        va_end(args);                                                                              \
        struct log_line line;                                                                      \
        log_line_begin(&line, level, message);                                                     \
        log_line_end(&line);                                                                       \
    }

DEFINE_LOG(error, LOG_LEVEL_ERROR)
DEFINE_LOG(warn, LOG_LEVEL_WARN)
DEFINE_LOG(info, LOG_LEVEL_INFO)
DEFINE_LOG(debug, LOG_LEVEL_DEBUG)
