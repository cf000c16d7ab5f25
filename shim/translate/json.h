/*
 * Lenient reading of Docker's documents: every field is optional, since engines from 20.10 to the
 * newest answer us, and a field of the wrong type counts as missing. NULL documents are allowed
 * everywhere and have nothing in them. What is returned is borrowed from the document, unless an
 * arena is asked for.
 *
 * Strings may hold any bytes: what goes into a CRI message is read with json_clean_at().
 */
#ifndef SHIM_TRANSLATE_JSON_H
#define SHIM_TRANSLATE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "shim/base/arena.h"

/* The value behind a path of keys, e.g. json_at(doc, "State.Pid"); NULL if any step is missing
 * or null. Keys that contain a dot (labels) cannot be named this way. */
json_t *json_at(const json_t *document, const char *path);

const char *json_text_at(const json_t *document, const char *path); /* "" if missing */
int64_t json_int_at(const json_t *document, const char *path);      /* 0 if missing */
bool json_bool_at(const json_t *document, const char *path);        /* false if missing */

/* json_text_at(), made fit for a CRI message. */
const char *json_clean_at(struct arena *arena, const json_t *document, const char *path);

/* RFC 3339 text as nanoseconds of real time; 0 if missing, unreadable or Docker's zero time. */
int64_t json_time_at(const json_t *document, const char *path);

/* Sets the key to a string, unless that is NULL or empty. */
void json_set_text(json_t *object, const char *key, const char *value);

/* The compact text of a document, whose reference is taken. */
const char *json_format(struct arena *arena, json_t *document);

/* The Id of a create answer or an inspect document; "" if missing. */
const char *json_id(const json_t *document);

#endif
