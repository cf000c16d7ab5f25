/*
 * The configuration file: one "name = value" per line, with the names of the flags. Blanks around
 * both do not count; a line that begins with '#' is a comment, and there is no other quoting, so a
 * value may hold anything but a line's end. A flag that may be given several times has a line for
 * each value; any other is set once.
 */
#ifndef SHIM_CONFIG_FILE_H
#define SHIM_CONFIG_FILE_H

#include "shim/flag_table.h"

/* A value that was given, and where, for messages: "--log-level", "FILE:12: log-level". */
struct flag_value {
    const struct flag *flag;
    const char *value, *origin;
};

/* INVALID_ARGUMENT, naming file and line, for a line that is none of the above, a name that is no
 * setting, or one that is set twice; NOT_FOUND and the like if the file cannot be read. */
bool config_file_read(struct arena *arena, const char *path, struct flag_value **ret_values,
                      size_t *ret_count, struct err *err);

#endif
