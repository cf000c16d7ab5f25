/*
 * Every flag, once: command line, configuration file, help page, and the example configuration in
 * packaging/ (which a test compares) come from this table.
 */
#ifndef SHIM_FLAG_TABLE_H
#define SHIM_FLAG_TABLE_H

#include "shim/base/arena.h"
#include "shim/base/err.h"
#include "shim/base/settings.h"

struct flag;

/* Puts a value into its field. INVALID_ARGUMENT quotes the value and says what it should be. */
typedef bool flag_set_fn(struct arena *arena, const struct flag *flag, const char *value,
                         struct settings *settings, struct err *err);

/* What a flag asks for, besides being a setting. */
enum flag_action {
    FLAG_SETTING,
    FLAG_CONFIG,
    FLAG_HELP,
    FLAG_VERSION,
    FLAG_BUILDINFO,
};

struct flag {
    const char *group; /* heading of the help page */
    const char *name;
    const char *value;   /* what stands for its value in the help page; NULL for a switch */
    const char *initial; /* the default, as one would write it; NULL for a list, and for actions */
    flag_set_fn *set;    /* NULL unless it is a setting */
    size_t field;        /* offset in struct settings */
    enum flag_action action;
    const char *help;
    const char *instead; /* the flag does nothing here: what to do instead; else NULL */
};

const struct flag *flag_table(size_t *ret_count);

/* The flag of that name (not cut at a '='), NULL for none. */
const struct flag *flag_find(const char *name, size_t length);

static inline bool flag_is_switch(const struct flag *flag)
{
    return flag->value == NULL;
}

/* It may be given several times, and every value counts. */
static inline bool flag_is_list(const struct flag *flag)
{
    return flag->action == FLAG_SETTING && flag->initial == NULL;
}

#endif
