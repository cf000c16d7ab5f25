/*
 * Docker's json-file log: one JSON object a line, {"log": text, "stream": "stdout", "time": RFC
 * 3339}, perhaps with attributes that do not matter here. Bytes in, entries out, no I/O.
 *
 * A parser of its own: a general one costs ten times as much as everything else that is done to a
 * line.
 */
#ifndef SHIM_LOGS_JSON_LOG_H
#define SHIM_LOGS_JSON_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* Docker splits longer texts into entries of this many bytes (of what the process wrote; bytes that
 * are no UTF-8 grow to three). */
enum { JSON_LOG_PART_BYTES = 16384 };

struct json_log_entry {
    const char *time; /* as Docker wrote it, inside the line */
    size_t time_length;
    const char *stream; /* "stdout" or "stderr", inside the line */
    size_t stream_length;
    const char *text; /* unescaped, without its final newline; in the caller's buffer */
    size_t text_length;
    bool partial; /* more of the same line follows */
};

/* Parses one line, without its newline. `buffer` has room for `length` bytes. False if it is no
 * such object: a torn line of an engine that crashed. */
bool json_log_parse(const char *line, size_t length, char *buffer,
                    struct json_log_entry *ret_entry);

#endif
