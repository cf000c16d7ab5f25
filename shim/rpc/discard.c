#include "shim/rpc/discard.h"

#include "dockerapi/container.h"
#include "shim/base/log.h"
#include "shim/inventory/inventory.h"
#include "shim/network/resolv_conf.h"
#include "shim/rpc/container_log.h"
#include "shim/translate/container_status.h"
#include "shim/translate/sandbox_status.h"

/* Docker refuses to remove what another call is removing: then it is enough that it goes. */
static bool remove_from_docker(struct daemon *daemon, struct scope *scope, const char *id,
                               struct err *err)
{
    if (docker_container_remove(daemon->docker, scope, id, true, err))
        return true;
    if (err->code == CODE_FAILED_PRECONDITION) {
        struct err probe = ERR_INIT;
        json_t *container;
        if (!docker_container_inspect(daemon->docker, scope, id, &container, &probe) &&
            probe.code == CODE_NOT_FOUND)
            return true;
    }
    return err->code == CODE_NOT_FOUND || err_wrap(err, "remove container %s", id);
}

static bool remove_by_id(struct daemon *daemon, struct scope *scope, const char *id,
                         struct err *err)
{
    bool removed = remove_from_docker(daemon, scope, id, err);
    inventory_refresh(daemon->inventory, scope, id);
    return removed;
}

bool discard_container(struct daemon *daemon, struct scope *scope, const json_t *container,
                       struct err *err)
{
    /* Followed before it goes, so that its last lines are still at hand afterwards. */
    struct err log_err = ERR_INIT;
    if (!container_log_follow(daemon, container, &log_err))
        log_warn("container %s is removed with an incomplete log: %s", container_id(container),
                 log_err.text);
    return remove_by_id(daemon, scope, container_id(container), err) &&
           container_log_end(daemon, container, err);
}

bool discard_sandbox(struct daemon *daemon, struct scope *scope, const char *id,
                     const json_t *sandbox, struct err *err)
{
    json_t **containers;
    size_t count;
    if (!inventory_containers(daemon->inventory, scope, id, &containers, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!discard_container(daemon, scope, containers[i], err))
            return false;
    if (!network_teardown(daemon->network, scope, id, sandbox, err))
        return err_wrap(err, "detach pod sandbox %s from its network", id);
    if (sandbox == NULL)
        return true;
    if (!remove_by_id(daemon, scope, id, err))
        return false;
    /* A RunPodSandbox that was still busy with it may have attached it in between. From here on it
     * cannot. */
    if (!network_teardown(daemon->network, scope, id, NULL, err))
        return err_wrap(err, "detach pod sandbox %s from its network", id);
    return resolv_conf_remove(scope->arena, daemon->settings->root_directory,
                              sandbox_resolv_conf(sandbox), err);
}
