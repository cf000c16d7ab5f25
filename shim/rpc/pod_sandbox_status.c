#include "shim/rpc/rpc.h"

#include "shim/base/clock.h"
#include "shim/inventory/inventory.h"
#include "shim/rpc/pod_status.h"
#include "shim/translate/container_status.h"
#include "shim/translate/label.h"
#include "shim/translate/sandbox_status.h"

bool rpc_pod_sandbox_status(struct call *call, const Cri__PodSandboxStatusRequest *in,
                            Cri__PodSandboxStatusResponse *out, struct err *err)
{
    struct daemon *daemon = call_daemon(call);
    struct scope *scope = &call->scope;
    json_t *sandbox;
    call->subject = in->pod_sandbox_id;
    out->timestamp = clock_real_ns();
    if (!inventory_sandbox(daemon->inventory, scope, in->pod_sandbox_id, &sandbox, err) ||
        !sandbox_status_collect(daemon, scope, sandbox, &out->status, err) ||
        !container_statuses_collect(daemon, scope, container_id(sandbox), &out->containers_statuses,
                                    &out->n_containers_statuses, err))
        return false;
    if (in->verbose)
        label_map_add(scope->arena, &cri__pod_sandbox_status_response__info_entry__descriptor,
                      (void ***)&out->info, &out->n_info, "info",
                      translate_sandbox_info(scope->arena, sandbox));
    return true;
}
