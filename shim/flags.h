/*
 * The operator's choices: defaults, then the configuration file, then the command line, each
 * winning over the one before. The flags themselves are in shim/flag_table.c.
 *
 * Every value that is given is checked, also one that another one overrides: a mistake names the
 * flag, or file, line and key, and the daemon does not start.
 */
#ifndef SHIM_FLAGS_H
#define SHIM_FLAGS_H

#include <stdio.h>

#include "shim/flag_table.h"

enum { FLAGS_NOTES_MAX = 8 };

struct flags {
    struct settings settings;
    enum flag_action action; /* FLAG_SETTING: serve; else what flags_print() shows instead */
    const char *notes[FLAGS_NOTES_MAX]; /* about flags that were given and do nothing here */
    size_t note_count;
};

/* Texts belong to the arena. INVALID_ARGUMENT for a wrong flag or value; the code of the file's
 * error if it cannot be read. Uses getopt's global state: one caller at a time. */
bool flags_parse(struct arena *arena, int argc, char **argv, struct flags *ret_flags,
                 struct err *err);

/* The help page, the version or the build information. */
void flags_print(enum flag_action action, FILE *stream);

#endif
