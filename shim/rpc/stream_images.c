#include "shim/rpc/rpc.h"

#include "shim/rpc/listing.h"

bool rpc_stream_images(struct call *call, const Cri__StreamImagesRequest *in, struct err *err)
{
    Cri__Image **items;
    size_t count;
    if (!listing_images(call_daemon(call), &call->scope, in->filter, &items, &count, err))
        return false;
    for (size_t sent = 0; sent < count; sent += LISTING_CHUNK) {
        Cri__StreamImagesResponse response;
        cri__stream_images_response__init(&response);
        response.images = items + sent;
        response.n_images = count - sent < LISTING_CHUNK ? count - sent : LISTING_CHUNK;
        if (!call_send(call, &response, err))
            return false;
    }
    return true;
}
