/* Environment variables of a container. Their values may be secrets, so no error tells one. */
#ifndef SHIM_TRANSLATE_ENVIRONMENT_H
#define SHIM_TRANSLATE_ENVIRONMENT_H

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/err.h"

/* Sets Config.Env. INVALID_ARGUMENT names the variable if its name is empty or has a '=', or its
 * value has a NUL or is not UTF-8, which Docker's documents cannot hold. */
bool environment_set(json_t *config, Cri__KeyValue *const *variables, size_t count,
                     struct err *err);

#endif
