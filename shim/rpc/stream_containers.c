#include "shim/rpc/rpc.h"

#include "shim/rpc/listing.h"

bool rpc_stream_containers(struct call *call, const Cri__StreamContainersRequest *in,
                           struct err *err)
{
    Cri__Container **items;
    size_t count;
    if (!listing_containers(call_daemon(call), &call->scope, in->filter, &items, &count, err))
        return false;
    for (size_t sent = 0; sent < count; sent += LISTING_CHUNK) {
        Cri__StreamContainersResponse response;
        cri__stream_containers_response__init(&response);
        response.containers = items + sent;
        response.n_containers = count - sent < LISTING_CHUNK ? count - sent : LISTING_CHUNK;
        if (!call_send(call, &response, err))
            return false;
    }
    return true;
}
