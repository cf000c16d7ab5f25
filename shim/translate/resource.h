/*
 * Limits of cpu and memory, and the score of the OOM killer.
 *
 * Docker's MemorySwap is memory and swap together, like CRI's memory_swap_limit_in_bytes, while the
 * kernel's memory.swap.max, which kubelets put among the unified entries, is swap alone.
 */
#ifndef SHIM_TRANSLATE_RESOURCE_H
#define SHIM_TRANSLATE_RESOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/err.h"

/* Sets HostConfig's limits for a new container; `resources` may be NULL. INVALID_ARGUMENT names the
 * field. */
bool resource_set(json_t *host_config, const Cri__LinuxContainerResources *resources,
                  struct err *err);

/* The parts of the above that an update shares. `where` is what the fields' names begin with. */
bool resource_set_cpu(json_t *limits, const Cri__LinuxContainerResources *resources,
                      const char *where, struct err *err);

/* Memory and swap together that are asked for: -1 is no limit, 0 is nothing said. */
bool resource_swap(const Cri__LinuxContainerResources *resources, const char *where,
                   int64_t *ret_memory_and_swap, struct err *err);

/* True for the unified entry that resource_swap() has taken care of. */
bool resource_takes_unified(const Cri__LinuxContainerResources *resources, const char *key);

#endif
