#include "shim/rpc/rpc.h"

#include "shim/inventory/inventory.h"
#include "shim/stats/stats.h"

/* A container that has ended has no figures but those of its writable layer, and that is no error.
 */
bool rpc_container_stats(struct call *call, const Cri__ContainerStatsRequest *in,
                         Cri__ContainerStatsResponse *out, struct err *err)
{
    struct daemon *daemon = call_daemon(call);
    struct arena *arena = call->scope.arena;
    json_t *container;
    struct err ended = ERR_INIT;
    call->subject = in->container_id;
    if (!inventory_container(daemon->inventory, &call->scope, in->container_id, &container, err))
        return false;
    if (!stats_container(daemon->stats, arena, container, &out->stats, &ended))
        out->stats = stats_container_at_rest(daemon->stats, arena, container);
    return true;
}
