/* Inspect documents -> what statistics say about whose they are, and where to measure. */
#ifndef SHIM_TRANSLATE_STATS_FACTS_H
#define SHIM_TRANSLATE_STATS_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"

Cri__ContainerAttributes *translate_container_attributes(struct arena *arena,
                                                         const json_t *container);
Cri__PodSandboxAttributes *translate_sandbox_attributes(struct arena *arena, const json_t *sandbox);

/* The directory of a container's writable layer; "" where the store has none that can be walked. */
const char *container_upper_directory(const json_t *container);

/* True if the sandbox was given a cgroup to be in, which is then the pod's. */
bool sandbox_has_cgroup(const json_t *sandbox);

/* The image that the container was asked to run. Arena. */
const char *container_image_name(struct arena *arena, const json_t *container);

int64_t container_started_ns(const json_t *container); /* real time; 0 if it never ran */
int64_t container_cpu_shares(const json_t *container); /* 0: nothing was asked for */

/* The filters of the stats calls. NULL matches everything; ids match by prefix. */
bool container_stats_match(const json_t *container, const Cri__ContainerStatsFilter *filter);
bool sandbox_stats_match(const json_t *sandbox, const Cri__PodSandboxStatsFilter *filter);

#endif
