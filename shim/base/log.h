/*
 * Log lines: logfmt on stderr, each with the journal's priority "<N>" in front when stderr is the
 * journal. A line is one write(2), so that lines of different threads never mix.
 *
 * A function logs or returns an error, never both. Secrets (credentials, tokens, environment
 * values) never come here.
 *
 * error: someone must act. warn: we went on without something, and which. info: what changed state.
 * debug: the rest. Threads: any.
 */
#ifndef SHIM_BASE_LOG_H
#define SHIM_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARN = 4,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7,
};

/* The level that still appears (info at first), and its names: cri-dockerd's panic, fatal, error,
 * warn(ing), info, debug, trace are understood. False, and nothing changed, for another name. */
void log_level_set(enum log_level level);
bool log_level_parse(const char *name, enum log_level *ret_level);
bool log_enabled(enum log_level level);

/* A whole sentence as msg=. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line built key by key. Values are quoted where logfmt wants it; what does not fit is cut. */
struct log_line {
    char text[4096];
    size_t length;
};

void log_line_begin(struct log_line *line, enum log_level level, const char *message);
void log_line_str(struct log_line *line, const char *key, const char *value);
void log_line_int(struct log_line *line, const char *key, int64_t value);
void log_line_end(struct log_line *line);

#endif
