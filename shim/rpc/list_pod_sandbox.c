#include "shim/rpc/rpc.h"

#include "shim/rpc/listing.h"

bool rpc_list_pod_sandbox(struct call *call, const Cri__ListPodSandboxRequest *in,
                          Cri__ListPodSandboxResponse *out, struct err *err)
{
    return listing_sandboxes(call_daemon(call), &call->scope, in->filter, &out->items,
                             &out->n_items, err);
}
