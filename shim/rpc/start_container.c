#include "shim/rpc/rpc.h"

#include "dockerapi/container.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"
#include "shim/inventory/inventory.h"
#include "shim/rpc/cgroup_apply.h"
#include "shim/rpc/container_log.h"
#include "shim/stats/stats.h"
#include "shim/translate/container_status.h"

bool rpc_start_container(struct call *call, const Cri__StartContainerRequest *in,
                         Cri__StartContainerResponse *out, struct err *err)
{
    (void)out;
    enum { LIMIT_S = 600 };
    struct daemon *daemon = call_daemon(call);
    struct scope *scope = call_shield(call, LIMIT_S * NS_PER_S);
    json_t *container;
    call->subject = in->container_id;
    if (!inventory_container(daemon->inventory, scope, in->container_id, &container, err))
        return false;
    const char *id = container_id(container);
    if (container_state(container) == CRI__CONTAINER_STATE__CONTAINER_EXITED)
        return err_set(err, CODE_FAILED_PRECONDITION, "container %s has run and ended already", id);
    bool started = docker_container_start(daemon->docker, scope, id, err);
    inventory_refresh(daemon->inventory, scope, id);
    if (!started)
        return err_wrap(err, "start container %s", id);
    /* Docker knows the log file's path and the process only now. */
    if (!inventory_container(daemon->inventory, scope, id, &container, err))
        return false;
    stats_started(daemon->stats, scope->arena, container);
    struct err log_err = ERR_INIT;
    if (!container_log_begin(daemon, container, &log_err))
        log_warn("container %s runs without a log at the kubelet's path: %s", id, log_err.text);
    return cgroup_apply_created(scope->arena, container, err) ||
           err_wrap(err, "container %s runs, but not with all its resource limits", id);
}
