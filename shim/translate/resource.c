#include "shim/translate/resource.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "shim/translate/body.h"
#include "shim/translate/json.h"

static const char SWAP_MAX[] = "memory.swap.max";

static bool check_range(int64_t value, int64_t min, int64_t max, const char *where,
                        const char *field, struct err *err)
{
    return (value >= min && value <= max) ||
           err_set(err, CODE_INVALID_ARGUMENT,
                   "%s.%s %" PRId64 " is not in %" PRId64 " to %" PRId64, where, field, value, min,
                   max);
}

static void set_unless_zero(json_t *limits, const char *key, int64_t value)
{
    if (value != 0)
        body_set_int(limits, key, value);
}

bool resource_set_cpu(json_t *limits, const Cri__LinuxContainerResources *resources,
                      const char *where, struct err *err)
{
    if (!check_range(resources->cpu_period, 0, INT64_MAX, where, "cpu_period", err) ||
        !check_range(resources->cpu_shares, 0, INT64_MAX, where, "cpu_shares", err))
        return false;
    set_unless_zero(limits, "CpuPeriod", resources->cpu_period);
    /* Any negative quota is none. */
    set_unless_zero(limits, "CpuQuota", resources->cpu_quota < 0 ? -1 : resources->cpu_quota);
    set_unless_zero(limits, "CpuShares", resources->cpu_shares);
    json_set_text(limits, "CpusetCpus", resources->cpuset_cpus);
    json_set_text(limits, "CpusetMems", resources->cpuset_mems);
    return true;
}

static const char *unified_get(const Cri__LinuxContainerResources *resources, const char *key)
{
    for (size_t i = resources->n_unified; i-- > 0;) /* of duplicate keys the last one counts */
        if (strcmp(resources->unified[i]->key, key) == 0)
            return resources->unified[i]->value;
    return NULL;
}

bool resource_takes_unified(const Cri__LinuxContainerResources *resources, const char *key)
{
    /* Docker has no limit of swap without one of memory. */
    return resources->memory_limit_in_bytes > 0 && strcmp(key, SWAP_MAX) == 0;
}

static bool parse_swap_max(const char *text, int64_t *ret_bytes)
{
    char *end;
    errno = 0;
    unsigned long long bytes = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || bytes > INT64_MAX)
        return false;
    *ret_bytes = (int64_t)bytes;
    return true;
}

bool resource_swap(const Cri__LinuxContainerResources *resources, const char *where,
                   int64_t *ret_memory_and_swap, struct err *err)
{
    const char *text = unified_get(resources, SWAP_MAX);
    int64_t memory = resources->memory_limit_in_bytes, swap;
    if (!check_range(memory, -1, INT64_MAX, where, "memory_limit_in_bytes", err) ||
        !check_range(resources->memory_swap_limit_in_bytes, -1, INT64_MAX, where,
                     "memory_swap_limit_in_bytes", err))
        return false;
    if (text == NULL || !resource_takes_unified(resources, SWAP_MAX)) {
        *ret_memory_and_swap = resources->memory_swap_limit_in_bytes;
        return true;
    }
    if (strcmp(text, "max") == 0) {
        *ret_memory_and_swap = -1;
        return true;
    }
    if (!parse_swap_max(text, &swap))
        return err_set(err, CODE_INVALID_ARGUMENT, "%s.unified[\"%s\"] \"%s\" is no size", where,
                       SWAP_MAX, text);
    *ret_memory_and_swap = swap > INT64_MAX - memory ? -1 : memory + swap;
    return true;
}

static bool set_memory(json_t *host_config, const Cri__LinuxContainerResources *resources,
                       const char *where, struct err *err)
{
    int64_t memory = resources->memory_limit_in_bytes, both = 0;
    if (!resource_swap(resources, where, &both, err))
        return false;
    if (memory <= 0) {
        if (both > 0)
            return err_set(err, CODE_INVALID_ARGUMENT,
                           "%s.memory_swap_limit_in_bytes needs memory_limit_in_bytes", where);
        set_unless_zero(host_config, "MemorySwap", both);
        return true;
    }
    if (both > 0 && both < memory)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "%s.memory_swap_limit_in_bytes %" PRId64
                       " is less than memory_limit_in_bytes, which it includes",
                       where, both);
    body_set_int(host_config, "Memory", memory);
    /* Left alone, Docker would allow as much swap again; a container gets none unless told. */
    body_set_int(host_config, "MemorySwap", both != 0 ? both : memory);
    return true;
}

bool resource_set(json_t *host_config, const Cri__LinuxContainerResources *resources,
                  struct err *err)
{
    static const char where[] = "config.linux.resources";
    if (resources == NULL)
        return true;
    if (!check_range(resources->oom_score_adj, -1000, 1000, where, "oom_score_adj", err))
        return false;
    set_unless_zero(host_config, "OomScoreAdj", resources->oom_score_adj);
    return resource_set_cpu(host_config, resources, where, err) &&
           set_memory(host_config, resources, where, err);
}
