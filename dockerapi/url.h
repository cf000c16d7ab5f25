/*
 * What comes from outside, made safe for a URL: an id, a reference or a name can never leave its
 * place. Percent-encoding alone is not enough for that: the engine decodes a path before it looks
 * at slashes and dots, so those are refused.
 */
#ifndef DOCKERAPI_URL_H
#define DOCKERAPI_URL_H

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

enum { URL_TEXT_MAX = 4096 }; /* bytes of one id or reference */

/* One segment of a path. INVALID_ARGUMENT, naming `what` ("container id"), if it is empty, "." or
 * "..", longer than URL_TEXT_MAX, or holds a slash or a control character. */
bool url_segment(struct arena *arena, const char *what, const char *text, const char **ret_segment,
                 struct err *err);

/* An image reference, which keeps its slashes: each part between them is a segment as above. */
bool url_reference(struct arena *arena, const char *reference, const char **ret_path,
                   struct err *err);

/* A value in a query: anything goes. */
const char *url_query(struct arena *arena, const char *value);

/* A document as a value in a query, as Docker takes its filters. `json` is borrowed. */
bool url_query_json(struct arena *arena, const json_t *json, const char **ret_value,
                    struct err *err);

#endif
