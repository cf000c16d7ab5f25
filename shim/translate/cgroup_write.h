/*
 * What Docker's API cannot say and must be written to the cgroup after the start: limits of huge
 * pages, and cgroup v2's unified entries.
 *
 * Docker does not remember them either, so those of a new container travel in a label until it
 * starts.
 */
#ifndef SHIM_TRANSLATE_CGROUP_WRITE_H
#define SHIM_TRANSLATE_CGROUP_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"
#include "shim/translate/engine.h"

struct cgroup_write {
    const char *file; /* "hugetlb.2MB.max" (v2), "hugetlb.2MB.limit_in_bytes" (v1), "memory.high" */
    const char *value;
};

/* The arena owns the list, which has each file once; `resources` may be NULL. `where` is what the
 * fields' names begin with. INVALID_ARGUMENT names the field; FAILED_PRECONDITION for unified
 * entries on cgroup v1. */
bool cgroup_writes_from(struct arena *arena, const Cri__LinuxContainerResources *resources,
                        const char *where, const struct engine *engine,
                        struct cgroup_write **ret_writes, size_t *ret_count, struct err *err);

/* The same for the fields of UpdateContainerResources. */
bool translate_cgroup_writes(struct arena *arena, const Cri__LinuxContainerResources *resources,
                             const struct engine *engine, struct cgroup_write **ret_writes,
                             size_t *ret_count, struct err *err);

/* The list as a label's value, "" for none; and the list of a container's inspect document. */
const char *cgroup_writes_format(struct arena *arena, const struct cgroup_write *writes,
                                 size_t count);
void cgroup_writes_of(struct arena *arena, const json_t *container,
                      struct cgroup_write **ret_writes, size_t *ret_count);

#endif
