/* Docker's documents from bytes. An error never quotes the bytes: they may be anything. */
#ifndef DOCKERAPI_JSON_PARSE_H
#define DOCKERAPI_JSON_PARSE_H

#include <stddef.h>

#include <jansson.h>

#include "shim/base/err.h"

/* A document of one type. Go writes an empty list as null: where JSON_ARRAY is wanted, that is one.
 * *ret_document is the caller's reference. UNKNOWN if the bytes are no such document. */
bool json_parse(const char *bytes, size_t length, json_type type, json_t **ret_document,
                struct err *err);

#endif
