#include "shim/translate/container_create.h"

#include <inttypes.h>

#include "shim/translate/body.h"
#include "shim/translate/json.h"
#include "shim/translate/resource.h"

static const char WHERE[] = "linux";

/* What the container has: Docker's 0 is no limit of memory, and its swap is without one then. */
struct memory {
    int64_t limit, with_swap;
};

static bool check_lifted(const Cri__LinuxContainerResources *resources, int64_t with_swap,
                         const struct memory *present, struct err *err)
{
    if (resources->memory_limit_in_bytes < 0 && present->limit > 0)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "%s.memory_limit_in_bytes: Docker cannot take a container's memory limit "
                       "away",
                       WHERE);
    if (with_swap < 0 && present->with_swap > 0)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "%s.memory_swap_limit_in_bytes: Docker cannot take a container's swap limit "
                       "away",
                       WHERE);
    return true;
}

/* The swap that a container has beyond its memory stays what it is when only memory changes. */
static int64_t keep_swap(int64_t limit, const struct memory *present)
{
    if (present->with_swap < 0)
        return -1;
    int64_t swap = present->limit > 0 ? present->with_swap - present->limit : 0;
    return swap < 0 ? limit : swap > INT64_MAX - limit ? -1 : limit + swap;
}

/* Docker refuses memory above memory and swap, and runc refuses swap without memory: they always go
 * together. */
static bool set_memory(json_t *body, const Cri__LinuxContainerResources *resources,
                       const struct memory *present, struct err *err)
{
    int64_t with_swap = 0;
    if (!resource_swap(resources, WHERE, &with_swap, err) ||
        !check_lifted(resources, with_swap, present, err))
        return false;
    bool limits_memory = resources->memory_limit_in_bytes > 0;
    if (!limits_memory && with_swap == 0)
        return true;
    int64_t limit = limits_memory ? resources->memory_limit_in_bytes : present->limit;
    if (with_swap > 0 && limit == 0)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "%s.memory_swap_limit_in_bytes needs memory_limit_in_bytes: the container "
                       "has no limit of memory",
                       WHERE);
    if (with_swap > 0 && with_swap < limit)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "%s.memory_swap_limit_in_bytes %" PRId64
                       " is less than the limit of memory, %" PRId64 ", which it includes",
                       WHERE, with_swap, limit);
    if (limit == 0) /* no swap limit is asked for, and there is none */
        return true;
    body_set_int(body, "Memory", limit);
    body_set_int(body, "MemorySwap", with_swap != 0 ? with_swap : keep_swap(limit, present));
    return true;
}

bool translate_update(struct arena *arena, const Cri__LinuxContainerResources *resources,
                      const json_t *container, const struct engine *engine, json_t **ret_body,
                      struct err *err)
{
    struct cgroup_write *writes;
    size_t write_count;
    const struct memory present = {
        .limit = json_int_at(container, "HostConfig.Memory"),
        .with_swap = json_int_at(container, "HostConfig.MemorySwap"),
    };
    json_t *body = arena_json(arena, body_object());
    if (!translate_cgroup_writes(arena, resources, engine, &writes, &write_count, err) ||
        !resource_set_cpu(body, resources, WHERE, err) ||
        !set_memory(body, resources, &present, err))
        return false;
    *ret_body = json_object_size(body) > 0 ? body : NULL;
    return true;
}
