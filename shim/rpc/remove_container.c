#include "shim/rpc/rpc.h"

#include "shim/base/clock.h"
#include "shim/inventory/inventory.h"
#include "shim/rpc/discard.h"

/* "If the container is running, the container must be forcibly removed." Idempotent. */
bool rpc_remove_container(struct call *call, const Cri__RemoveContainerRequest *in,
                          Cri__RemoveContainerResponse *out, struct err *err)
{
    (void)out;
    enum { LIMIT_S = 600 };
    struct daemon *daemon = call_daemon(call);
    struct scope *scope = call_shield(call, LIMIT_S * NS_PER_S);
    json_t *container;
    call->subject = in->container_id;
    if (!inventory_container(daemon->inventory, scope, in->container_id, &container, err))
        return err->code == CODE_NOT_FOUND;
    return discard_container(daemon, scope, container, err);
}
