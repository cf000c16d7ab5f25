#include "shim/rpc/rpc.h"

#include "shim/rpc/listing.h"

bool rpc_list_containers(struct call *call, const Cri__ListContainersRequest *in,
                         Cri__ListContainersResponse *out, struct err *err)
{
    return listing_containers(call_daemon(call), &call->scope, in->filter, &out->containers,
                              &out->n_containers, err);
}
