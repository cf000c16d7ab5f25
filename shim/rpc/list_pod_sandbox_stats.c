#include "shim/rpc/rpc.h"

#include "shim/rpc/stats_listing.h"

bool rpc_list_pod_sandbox_stats(struct call *call, const Cri__ListPodSandboxStatsRequest *in,
                                Cri__ListPodSandboxStatsResponse *out, struct err *err)
{
    return stats_listing_sandboxes(call_daemon(call), &call->scope, in->filter, &out->stats,
                                   &out->n_stats, err);
}
