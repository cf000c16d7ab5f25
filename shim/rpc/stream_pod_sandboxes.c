#include "shim/rpc/rpc.h"

#include "shim/rpc/listing.h"

bool rpc_stream_pod_sandboxes(struct call *call, const Cri__StreamPodSandboxesRequest *in,
                              struct err *err)
{
    Cri__PodSandbox **items;
    size_t count;
    if (!listing_sandboxes(call_daemon(call), &call->scope, in->filter, &items, &count, err))
        return false;
    for (size_t sent = 0; sent < count; sent += LISTING_CHUNK) {
        Cri__StreamPodSandboxesResponse response;
        cri__stream_pod_sandboxes_response__init(&response);
        response.pod_sandboxes = items + sent;
        response.n_pod_sandboxes = count - sent < LISTING_CHUNK ? count - sent : LISTING_CHUNK;
        if (!call_send(call, &response, err))
            return false;
    }
    return true;
}
