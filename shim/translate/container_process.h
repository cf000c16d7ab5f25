/* What runs in a container, where, with which streams, and which signal ends it. */
#ifndef SHIM_TRANSLATE_CONTAINER_PROCESS_H
#define SHIM_TRANSLATE_CONTAINER_PROCESS_H

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"

/* Sets the body's own fields, those outside of HostConfig. INVALID_ARGUMENT names the field. */
bool container_process_set(struct arena *arena, json_t *body, const Cri__ContainerConfig *config,
                           struct err *err);

#endif
