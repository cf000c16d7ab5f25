/*
 * CRI annotations that reach the OCI runtime, where the engine can pass them on (API 1.43).
 * Runtimes of virtual machines read their settings there.
 */
#ifndef SHIM_TRANSLATE_ANNOTATION_H
#define SHIM_TRANSLATE_ANNOTATION_H

#include <stddef.h>

#include <jansson.h>

#include "shim/translate/engine.h"

/* Sets HostConfig.Annotations from a map field (see label.h). Left out are annotations by which
 * runc and crun do things on the host: anybody who may create a pod may annotate it. */
void annotation_set(json_t *host_config, const void *annotations, size_t count,
                    const struct engine *engine);

#endif
