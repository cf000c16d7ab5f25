#include "shim/rpc/rpc.h"

#include "cri/streaming.h"
#include "shim/inventory/inventory.h"
#include "shim/translate/container_status.h"

bool rpc_port_forward(struct call *call, const Cri__PortForwardRequest *in,
                      Cri__PortForwardResponse *out, struct err *err)
{
    struct scope *scope = &call->scope;
    json_t *sandbox;
    call->subject = in->pod_sandbox_id;
    /* A WebSocket channel is numbered by one byte, and each port takes two. */
    enum { PORTS_MAX = 127 };
    if (in->n_port > PORTS_MAX)
        return err_set(err, CODE_INVALID_ARGUMENT, "more than %d ports", PORTS_MAX);
    for (size_t i = 0; i < in->n_port; i++)
        if (in->port[i] < 1 || in->port[i] > UINT16_MAX)
            return err_set(err, CODE_INVALID_ARGUMENT, "%d is no port", in->port[i]);
    if (!inventory_sandbox(call_daemon(call)->inventory, scope, in->pod_sandbox_id, &sandbox, err))
        return false;
    const char *id = container_id(sandbox);
    if (container_pid(sandbox) == 0)
        return err_set(err, CODE_FAILED_PRECONDITION, "sandbox %s does not run", id);
    const struct stream_request request = {
        .kind = STREAM_PORT_FORWARD,
        .target = id,
        .ports = in->port,
        .port_count = in->n_port,
    };
    return stream_server_url(call_daemon(call)->streams, scope->arena, &request, &out->url, err);
}
