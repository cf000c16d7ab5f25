/* CRI's registry credentials -> Docker's. */
#ifndef SHIM_TRANSLATE_AUTH_H
#define SHIM_TRANSLATE_AUTH_H

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"

/* The document that docker_image_pull() sends, for a reference's domain. *ret_auth is NULL where
 * there are no credentials; it belongs to the arena. INVALID_ARGUMENT if `auth` is what decides and
 * is not base64 of user:password. */
bool translate_auth(struct arena *arena, const Cri__AuthConfig *auth, const char *domain,
                    json_t **ret_auth, struct err *err);

#endif
