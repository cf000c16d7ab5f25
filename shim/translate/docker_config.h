/*
 * Docker's own configuration file (config.json), for the registry credentials that a node's
 * operator has put there. Only what stands in the file counts: credential helpers ("credHelpers",
 * "credsStore") are programs, and none is ever started from here.
 */
#ifndef SHIM_TRANSLATE_DOCKER_CONFIG_H
#define SHIM_TRANSLATE_DOCKER_CONFIG_H

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"
#include "shim/translate/reference.h"

/* The document that docker_image_pull() sends (arena) from the entry that fits the reference best;
 * *ret_auth is NULL where none does. An entry is a registry, with or without a scheme, and may name
 * the first folders of a repository. INVALID_ARGUMENT, naming the entry, if its "auth" is not
 * base64 of user:password. */
bool docker_config_auth(struct arena *arena, const json_t *config,
                        const struct reference *reference, json_t **ret_auth, struct err *err);

/* The credential helper that the file names for a registry, NULL for none. Borrowed. */
const char *docker_config_helper(const json_t *config, const struct reference *reference);

#endif
