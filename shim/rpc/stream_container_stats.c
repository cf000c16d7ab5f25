#include "shim/rpc/rpc.h"

#include "shim/rpc/listing.h"
#include "shim/rpc/stats_listing.h"

bool rpc_stream_container_stats(struct call *call, const Cri__StreamContainerStatsRequest *in,
                                struct err *err)
{
    Cri__ContainerStats **items;
    size_t count;
    if (!stats_listing_containers(call_daemon(call), &call->scope, in->filter, &items, &count, err))
        return false;
    for (size_t sent = 0; sent < count; sent += LISTING_CHUNK) {
        Cri__StreamContainerStatsResponse response;
        cri__stream_container_stats_response__init(&response);
        response.container_stats = items + sent;
        response.n_container_stats = count - sent < LISTING_CHUNK ? count - sent : LISTING_CHUNK;
        if (!call_send(call, &response, err))
            return false;
    }
    return true;
}
