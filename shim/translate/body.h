/*
 * Small steps of building a Docker document. Values move into the document. Every text of a request
 * is UTF-8 without NUL by the time it comes here, so only memory can run out, and that ends the
 * process: a field that went missing in silence could be the one that confines a container.
 */
#ifndef SHIM_TRANSLATE_BODY_H
#define SHIM_TRANSLATE_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* Takes `value` (a new reference) under the key; a value that was there goes. */
void body_set(json_t *object, const char *key, json_t *value);
void body_set_int(json_t *object, const char *key, int64_t value);
void body_set_true(json_t *object, const char *key, bool wanted); /* nothing, unless wanted */

/* New references. */
json_t *body_text(const char *text);
json_t *body_texts(const char *const *texts, size_t count);
json_t *body_object(void);

/* The object or array under a key, made if there is none. Borrowed. */
json_t *body_object_at(json_t *object, const char *key);
json_t *body_array_at(json_t *object, const char *key);

/* Appends to an array; takes `value`. */
void body_append(json_t *array, json_t *value);

#endif
