#include "shim/rpc/rpc.h"

#include "shim/rpc/stats_listing.h"

bool rpc_list_pod_sandbox_metrics(struct call *call, const Cri__ListPodSandboxMetricsRequest *in,
                                  Cri__ListPodSandboxMetricsResponse *out, struct err *err)
{
    (void)in;
    return stats_listing_metrics(call_daemon(call), &call->scope, &out->pod_metrics,
                                 &out->n_pod_metrics, err);
}
