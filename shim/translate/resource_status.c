#include "shim/translate/resource_status.h"

#include "shim/translate/json.h"

Cri__ContainerResources *translate_resources(struct arena *arena, const json_t *container)
{
    Cri__ContainerResources *resources = arena_alloc(arena, sizeof(*resources));
    cri__container_resources__init(resources);
    Cri__LinuxContainerResources *limits = arena_alloc(arena, sizeof(*limits));
    cri__linux_container_resources__init(limits);
    const json_t *host = json_at(container, "HostConfig");
    limits->cpu_period = json_int_at(host, "CpuPeriod");
    limits->cpu_quota = json_int_at(host, "CpuQuota");
    limits->cpu_shares = json_int_at(host, "CpuShares");
    limits->memory_limit_in_bytes = json_int_at(host, "Memory");
    limits->memory_swap_limit_in_bytes = json_int_at(host, "MemorySwap");
    limits->oom_score_adj = json_int_at(host, "OomScoreAdj");
    limits->cpuset_cpus = json_clean_at(arena, host, "CpusetCpus");
    limits->cpuset_mems = json_clean_at(arena, host, "CpusetMems");
    resources->linux = limits;
    return resources;
}
