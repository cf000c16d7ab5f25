/* The limits of a container, as Docker has them since its last update -> CRI. */
#ifndef SHIM_TRANSLATE_RESOURCE_STATUS_H
#define SHIM_TRANSLATE_RESOURCE_STATUS_H

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"

/* From an inspect document. Hugepage limits and unified entries are left out: Docker does not know
 * them. */
Cri__ContainerResources *translate_resources(struct arena *arena, const json_t *container);

#endif
