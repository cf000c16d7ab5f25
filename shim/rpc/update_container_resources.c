#include "shim/rpc/rpc.h"

#include "dockerapi/container.h"
#include "shim/inventory/inventory.h"
#include "shim/rpc/cgroup_apply.h"
#include "shim/translate/container_create.h"
#include "shim/translate/container_status.h"

bool rpc_update_container_resources(struct call *call,
                                    const Cri__UpdateContainerResourcesRequest *in,
                                    Cri__UpdateContainerResourcesResponse *out, struct err *err)
{
    (void)out;
    struct daemon *daemon = call_daemon(call);
    struct scope *scope = &call->scope;
    struct engine engine;
    json_t *container, *body;
    call->subject = in->container_id;
    if (in->linux == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "linux is not set");
    if (!daemon_engine(daemon, scope, &engine, err) ||
        !inventory_container(daemon->inventory, scope, in->container_id, &container, err))
        return false;
    const char *id = container_id(container);
    if (!translate_update(scope->arena, in->linux, container, &engine, &body, err))
        return false;
    bool updated = body == NULL || docker_container_update(daemon->docker, scope, id, body, err);
    inventory_refresh(daemon->inventory, scope, id);
    if (!updated)
        return err_wrap(err, "update container %s", id);
    return cgroup_apply(scope->arena, container, in->linux, &engine, err) ||
           err_wrap(err, "update container %s", id);
}
