/* One logical line of a transcript, taken apart from its beginning. */
#ifndef TEST_TRANSCRIPT_LINE_H
#define TEST_TRANSCRIPT_LINE_H

#include <stdbool.h>

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

struct line {
    struct arena *arena;
    const char *fixtures; /* the folder that "@name" is looked for in */
    char *at;             /* what is left */
};

/* The next word, up to white space; "" at the end. */
const char *line_word(struct line *line);

/* Takes the word if it is the next one. */
bool line_skip(struct line *line, const char *word);

bool line_at_end(struct line *line);

/* True if a JSON value comes next: an object, list, text or null as such, or a fixture. */
bool line_has_json(struct line *line);

/* The next JSON value. "@name" is the document fixture/name.json; an object after it is merged into
 * it (RFC 7396). */
bool line_json(struct line *line, json_t **ret_json, struct err *err);

/* Puts 64 hexadecimal digits for each "$name", the same ones for the same name everywhere, and the
 * first n of them for "$name[n]". */
char *line_expand(struct arena *arena, const char *text);

#endif
