#include "shim/rpc/rpc.h"

#include "dockerapi/container.h"
#include "shim/base/clock.h"
#include "shim/inventory/inventory.h"
#include "shim/translate/container_status.h"
#include "shim/translate/sandbox_status.h"

/* "If there are any running containers in the sandbox, they should be forcibly terminated." */
static bool kill_containers(struct daemon *daemon, struct scope *scope, const char *sandbox_id,
                            struct err *err)
{
    json_t **containers;
    size_t count;
    if (!inventory_containers(daemon->inventory, scope, sandbox_id, &containers, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *id = container_id(containers[i]);
        if (container_state(containers[i]) != CRI__CONTAINER_STATE__CONTAINER_RUNNING)
            continue;
        if (!docker_container_stop(daemon->docker, scope, id, 0, err) &&
            err->code != CODE_NOT_FOUND)
            return err_wrap(err, "stop container %s of pod sandbox %s", id, sandbox_id);
        inventory_refresh(daemon->inventory, scope, id);
    }
    return true;
}

/* Idempotent: a sandbox that is gone counts as stopped, but its network may still be there. */
bool rpc_stop_pod_sandbox(struct call *call, const Cri__StopPodSandboxRequest *in,
                          Cri__StopPodSandboxResponse *out, struct err *err)
{
    (void)out;
    enum { LIMIT_S = 600, PAUSE_GRACE_S = 10 };
    struct daemon *daemon = call_daemon(call);
    struct scope *scope = call_shield(call, LIMIT_S * NS_PER_S);
    const char *id = call->subject = in->pod_sandbox_id;
    json_t *sandbox = NULL;
    if (!inventory_sandbox(daemon->inventory, scope, id, &sandbox, err) &&
        err->code != CODE_NOT_FOUND)
        return false;
    if (sandbox == NULL)
        return network_teardown(daemon->network, scope, id, NULL, err);
    id = container_id(sandbox);
    if (!kill_containers(daemon, scope, id, err))
        return false;
    if (!sandbox_host_network(sandbox) &&
        !network_teardown(daemon->network, scope, id, sandbox, err))
        return err_wrap(err, "detach pod sandbox %s from its network", id);
    bool stopped = docker_container_stop(daemon->docker, scope, id, PAUSE_GRACE_S, err);
    inventory_refresh(daemon->inventory, scope, id);
    return stopped || err->code == CODE_NOT_FOUND || err_wrap(err, "stop pod sandbox %s", id);
}
