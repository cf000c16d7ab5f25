#include "shim/rpc/rpc.h"

#include "shim/rpc/listing.h"
#include "shim/rpc/stats_listing.h"

bool rpc_stream_pod_sandbox_metrics(struct call *call,
                                    const Cri__StreamPodSandboxMetricsRequest *in, struct err *err)
{
    (void)in;
    Cri__PodSandboxMetrics **items;
    size_t count;
    if (!stats_listing_metrics(call_daemon(call), &call->scope, &items, &count, err))
        return false;
    for (size_t sent = 0; sent < count; sent += LISTING_CHUNK) {
        Cri__StreamPodSandboxMetricsResponse response;
        cri__stream_pod_sandbox_metrics_response__init(&response);
        response.pod_sandbox_metrics = items + sent;
        response.n_pod_sandbox_metrics =
            count - sent < LISTING_CHUNK ? count - sent : LISTING_CHUNK;
        if (!call_send(call, &response, err))
            return false;
    }
    return true;
}
