#include "shim/rpc/stats_listing.h"

#include "shim/inventory/inventory.h"
#include "shim/stats/stats.h"
#include "shim/translate/container_status.h"
#include "shim/translate/stats_facts.h"

bool stats_listing_containers(struct daemon *daemon, struct scope *scope,
                              const Cri__ContainerStatsFilter *filter,
                              Cri__ContainerStats ***ret_items, size_t *ret_count, struct err *err)
{
    json_t **containers;
    size_t found, count = 0;
    if (!inventory_containers(daemon->inventory, scope, NULL, &containers, &found, err))
        return false;
    Cri__ContainerStats **items = arena_array(scope->arena, found, sizeof(*items));
    for (size_t i = 0; i < found; i++) {
        struct err gone = ERR_INIT;
        count += container_stats_match(containers[i], filter) &&
                 stats_container(daemon->stats, scope->arena, containers[i], &items[count], &gone);
    }
    *ret_items = items;
    *ret_count = count;
    return true;
}

bool stats_listing_sandboxes(struct daemon *daemon, struct scope *scope,
                             const Cri__PodSandboxStatsFilter *filter,
                             Cri__PodSandboxStats ***ret_items, size_t *ret_count, struct err *err)
{
    json_t **sandboxes, **containers;
    size_t found, container_count, count = 0;
    if (!inventory_sandboxes(daemon->inventory, scope, &sandboxes, &found, err))
        return false;
    Cri__PodSandboxStats **items = arena_array(scope->arena, found, sizeof(*items));
    for (size_t i = 0; i < found; i++) {
        struct err gone = ERR_INIT;
        if (!sandbox_stats_match(sandboxes[i], filter))
            continue;
        if (!inventory_containers(daemon->inventory, scope, container_id(sandboxes[i]), &containers,
                                  &container_count, err))
            return false;
        count += stats_sandbox(daemon->stats, scope->arena, sandboxes[i], containers,
                               container_count, &items[count], &gone);
    }
    *ret_items = items;
    *ret_count = count;
    return true;
}

bool stats_listing_metrics(struct daemon *daemon, struct scope *scope,
                           Cri__PodSandboxMetrics ***ret_items, size_t *ret_count, struct err *err)
{
    json_t **sandboxes, **containers;
    size_t found, container_count, count = 0;
    if (!inventory_sandboxes(daemon->inventory, scope, &sandboxes, &found, err))
        return false;
    Cri__PodSandboxMetrics **items = arena_array(scope->arena, found, sizeof(*items));
    for (size_t i = 0; i < found; i++) {
        struct err gone = ERR_INIT;
        if (!inventory_containers(daemon->inventory, scope, container_id(sandboxes[i]), &containers,
                                  &container_count, err))
            return false;
        count += stats_sandbox_metrics(daemon->stats, scope->arena, sandboxes[i], containers,
                                       container_count, &items[count], &gone);
    }
    *ret_items = items;
    *ret_count = count;
    return true;
}
