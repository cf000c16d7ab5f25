/*
 * Mounts of a container. They are Docker's Mounts, whose missing host path is an error; the older
 * Binds would make it a directory. Only a mount that SELinux needs relabelled is a Bind, since
 * Mounts cannot say it: the caller looks whether its host path exists.
 */
#ifndef SHIM_TRANSLATE_MOUNT_H
#define SHIM_TRANSLATE_MOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"
#include "shim/translate/engine.h"

/* Adds to HostConfig. `runtime` is the pod's, NULL if the engine has it no more. INVALID_ARGUMENT
 * names the field; FAILED_PRECONDITION, with the prefixes that the kubelet reads (RROUnsupported,
 * ImageVolumeMountFailed), for what this engine cannot mount. */
bool mount_add(struct arena *arena, json_t *host_config, Cri__Mount *const *mounts, size_t count,
               const struct engine *engine, const struct engine_runtime *runtime, struct err *err);

/* Mounts our file over Docker's own. */
void mount_add_resolv_conf(json_t *host_config, const char *host_path, bool readonly,
                           const struct engine *engine);

/* True if something is mounted at just this path, which is a clean one. */
bool mount_covers(struct arena *arena, Cri__Mount *const *mounts, size_t count, const char *path);

#endif
