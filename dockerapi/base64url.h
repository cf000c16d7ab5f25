/*
 * Base64 with the URL alphabet and padding, which is what engines of all versions take in the
 * X-Registry-Auth header.
 */
#ifndef DOCKERAPI_BASE64URL_H
#define DOCKERAPI_BASE64URL_H

#include <stddef.h>

#include "shim/base/arena.h"

const char *base64url_encode(struct arena *arena, const void *bytes, size_t length);

#endif
