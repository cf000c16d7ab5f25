#include "shim/rpc/rpc.h"

#include "dockerapi/container.h"
#include "shim/base/clock.h"
#include "shim/inventory/inventory.h"
#include "shim/translate/container_status.h"

/* "This call is idempotent, and must not return an error if the container has already been
 * stopped", nor if it is gone. */
bool rpc_stop_container(struct call *call, const Cri__StopContainerRequest *in,
                        Cri__StopContainerResponse *out, struct err *err)
{
    (void)out;
    enum { SLACK_S = 120, GRACE_MAX_S = 30 * 24 * 3600 };
    struct daemon *daemon = call_daemon(call);
    int64_t grace_s = in->timeout < 0 ? 0 : in->timeout > GRACE_MAX_S ? GRACE_MAX_S : in->timeout;
    struct scope *scope = call_shield(call, (grace_s + SLACK_S) * NS_PER_S);
    json_t *container;
    call->subject = in->container_id;
    if (!inventory_container(daemon->inventory, scope, in->container_id, &container, err))
        return err->code == CODE_NOT_FOUND;
    const char *id = container_id(container);
    bool stopped = docker_container_stop(daemon->docker, scope, id, grace_s, err);
    inventory_refresh(daemon->inventory, scope, id);
    return stopped || err->code == CODE_NOT_FOUND || err_wrap(err, "stop container %s", id);
}
