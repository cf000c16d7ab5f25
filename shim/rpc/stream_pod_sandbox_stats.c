#include "shim/rpc/rpc.h"

#include "shim/rpc/listing.h"
#include "shim/rpc/stats_listing.h"

bool rpc_stream_pod_sandbox_stats(struct call *call, const Cri__StreamPodSandboxStatsRequest *in,
                                  struct err *err)
{
    Cri__PodSandboxStats **items;
    size_t count;
    if (!stats_listing_sandboxes(call_daemon(call), &call->scope, in->filter, &items, &count, err))
        return false;
    for (size_t sent = 0; sent < count; sent += LISTING_CHUNK) {
        Cri__StreamPodSandboxStatsResponse response;
        cri__stream_pod_sandbox_stats_response__init(&response);
        response.pod_sandbox_stats = items + sent;
        response.n_pod_sandbox_stats = count - sent < LISTING_CHUNK ? count - sent : LISTING_CHUNK;
        if (!call_send(call, &response, err))
            return false;
    }
    return true;
}
