#include "shim/rpc/rpc.h"

#include "shim/base/clock.h"
#include "shim/inventory/inventory.h"
#include "shim/rpc/discard.h"
#include "shim/translate/container_status.h"

/* "If there are any running containers in the sandbox, they must be forcibly terminated and
 * removed." Idempotent, and it detaches the network too if StopPodSandbox never came. */
bool rpc_remove_pod_sandbox(struct call *call, const Cri__RemovePodSandboxRequest *in,
                            Cri__RemovePodSandboxResponse *out, struct err *err)
{
    (void)out;
    enum { LIMIT_S = 600 };
    struct daemon *daemon = call_daemon(call);
    struct scope *scope = call_shield(call, LIMIT_S * NS_PER_S);
    const char *id = call->subject = in->pod_sandbox_id;
    json_t *sandbox = NULL;
    if (!inventory_sandbox(daemon->inventory, scope, id, &sandbox, err) &&
        err->code != CODE_NOT_FOUND)
        return false;
    if (sandbox != NULL)
        id = container_id(sandbox);
    return discard_sandbox(daemon, scope, id, sandbox, err);
}
