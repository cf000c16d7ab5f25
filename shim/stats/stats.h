/*
 * Statistics of what runs, read from the kernel: cgroup files and /proc of a container's process,
 * which its inspect document names. Docker is never asked.
 *
 * Threads: any, but stats_create and stats_destroy. All messages live in the caller's arena.
 */
#ifndef SHIM_STATS_STATS_H
#define SHIM_STATS_STATS_H

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"

struct stats;

/* `fs_root` is put before every path of the kernel's: "" but in tests. NULL on error. */
struct stats *stats_create(const char *fs_root, struct err *err);
void stats_destroy(struct stats *stats); /* NULL is allowed */

/* A container that runs. NOT_FOUND if it does not (any longer). */
bool stats_container(struct stats *stats, struct arena *arena, const json_t *container,
                     Cri__ContainerStats **ret_stats, struct err *err);

/* What can be said of one that does not run: whose it is, and what it leaves on disk. */
Cri__ContainerStats *stats_container_at_rest(struct stats *stats, struct arena *arena,
                                             const json_t *container);

/* A pod whose sandbox runs, with those of its containers that run. NOT_FOUND if it does not. */
bool stats_sandbox(struct stats *stats, struct arena *arena, const json_t *sandbox,
                   json_t *const *containers, size_t container_count,
                   Cri__PodSandboxStats **ret_stats, struct err *err);

/* The same as metric families of cAdvisor's. */
bool stats_sandbox_metrics(struct stats *stats, struct arena *arena, const json_t *sandbox,
                           json_t *const *containers, size_t container_count,
                           Cri__PodSandboxMetrics **ret_metrics, struct err *err);

/* A container was started: its writable layer is measured from now on. */
void stats_started(struct stats *stats, struct arena *arena, const json_t *container);

#endif
