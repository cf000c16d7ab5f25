#include "shim/rpc/rpc.h"

#include "shim/inventory/inventory.h"
#include "shim/rpc/pod_status.h"
#include "shim/translate/container_status.h"
#include "shim/translate/label.h"

bool rpc_container_status(struct call *call, const Cri__ContainerStatusRequest *in,
                          Cri__ContainerStatusResponse *out, struct err *err)
{
    struct daemon *daemon = call_daemon(call);
    struct scope *scope = &call->scope;
    json_t *container;
    call->subject = in->container_id;
    if (!inventory_container(daemon->inventory, scope, in->container_id, &container, err) ||
        !container_status_collect(daemon, scope, container, &out->status, err))
        return false;
    if (in->verbose)
        label_map_add(scope->arena, &cri__container_status_response__info_entry__descriptor,
                      (void ***)&out->info, &out->n_info, "info",
                      translate_container_info(scope->arena, container));
    return true;
}
