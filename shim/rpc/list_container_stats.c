#include "shim/rpc/rpc.h"

#include "shim/rpc/stats_listing.h"

bool rpc_list_container_stats(struct call *call, const Cri__ListContainerStatsRequest *in,
                              Cri__ListContainerStatsResponse *out, struct err *err)
{
    return stats_listing_containers(call_daemon(call), &call->scope, in->filter, &out->stats,
                                    &out->n_stats, err);
}
