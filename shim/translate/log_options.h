/*
 * Where a container's output goes: Docker writes it into a file of its own, whatever the engine's
 * default log driver is, and from there it reaches the kubelet's path.
 */
#ifndef SHIM_TRANSLATE_LOG_OPTIONS_H
#define SHIM_TRANSLATE_LOG_OPTIONS_H

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

/* Sets HostConfig.LogConfig so that Docker drops nothing and rotates nothing. */
void log_options_set(json_t *host_config);

/* The same for a pause container, which writes next to nothing. */
void log_options_set_sandbox(json_t *host_config);

/* The kubelet's path: "" unless both parts are set. INVALID_ARGUMENT if the directory is not
 * absolute, or the path leads out of it. */
bool log_path_join(struct arena *arena, const char *directory, const char *path,
                   const char **ret_path, struct err *err);

#endif
