#include "shim/rpc/rpc.h"

#include "shim/inventory/inventory.h"
#include "shim/rpc/container_log.h"
#include "shim/translate/container_status.h"

/* "If the container is not running, container runtime can choose to either create a new log file
 * and return nil, or return an error." An ended container's log is complete: the latter. */
bool rpc_reopen_container_log(struct call *call, const Cri__ReopenContainerLogRequest *in,
                              Cri__ReopenContainerLogResponse *out, struct err *err)
{
    (void)out;
    struct daemon *daemon = call_daemon(call);
    json_t *container;
    call->subject = in->container_id;
    if (!inventory_container(daemon->inventory, &call->scope, in->container_id, &container, err))
        return false;
    if (container_state(container) != CRI__CONTAINER_STATE__CONTAINER_RUNNING)
        return err_set(err, CODE_FAILED_PRECONDITION, "container %s does not run",
                       container_id(container));
    return container_log_follow(daemon, container, err) &&
           container_log_reopen(daemon, container, err);
}
