#include "shim/rpc/rpc.h"

#include "shim/rpc/listing.h"

bool rpc_list_images(struct call *call, const Cri__ListImagesRequest *in,
                     Cri__ListImagesResponse *out, struct err *err)
{
    return listing_images(call_daemon(call), &call->scope, in->filter, &out->images, &out->n_images,
                          err);
}
