#include "shim/rpc/rpc.h"

#include "shim/inventory/inventory.h"
#include "shim/stats/stats.h"
#include "shim/translate/container_status.h"
#include "shim/translate/stats_facts.h"

/* A sandbox that has ended has no figures, and that is no error, as for a container. */
bool rpc_pod_sandbox_stats(struct call *call, const Cri__PodSandboxStatsRequest *in,
                           Cri__PodSandboxStatsResponse *out, struct err *err)
{
    struct daemon *daemon = call_daemon(call);
    struct scope *scope = &call->scope;
    json_t *sandbox, **containers;
    size_t count;
    struct err ended = ERR_INIT;
    call->subject = in->pod_sandbox_id;
    if (!inventory_sandbox(daemon->inventory, scope, in->pod_sandbox_id, &sandbox, err) ||
        !inventory_containers(daemon->inventory, scope, container_id(sandbox), &containers, &count,
                              err))
        return false;
    if (stats_sandbox(daemon->stats, scope->arena, sandbox, containers, count, &out->stats, &ended))
        return true;
    out->stats = arena_alloc(scope->arena, sizeof(*out->stats));
    cri__pod_sandbox_stats__init(out->stats);
    out->stats->attributes = translate_sandbox_attributes(scope->arena, sandbox);
    return true;
}
