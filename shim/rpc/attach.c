#include "shim/rpc/rpc.h"

#include "cri/streaming.h"
#include "shim/inventory/inventory.h"
#include "shim/translate/container_status.h"

bool rpc_attach(struct call *call, const Cri__AttachRequest *in, Cri__AttachResponse *out,
                struct err *err)
{
    struct scope *scope = &call->scope;
    json_t *container;
    call->subject = in->container_id;
    if (!in->stdin && !in->stdout && !in->stderr)
        return err_set(err, CODE_INVALID_ARGUMENT, "none of stdin, stdout and stderr is wanted");
    if (in->tty && in->stderr)
        return err_set(err, CODE_INVALID_ARGUMENT, "a terminal has no stderr of its own");
    if (!inventory_container(call_daemon(call)->inventory, scope, in->container_id, &container,
                             err))
        return false;
    const char *id = container_id(container);
    if (container_pid(container) == 0)
        return err_set(err, CODE_FAILED_PRECONDITION, "container %s does not run", id);
    const struct stream_request request = {
        .kind = STREAM_ATTACH,
        .target = id,
        .tty = in->tty,
        .want_stdin = in->stdin,
        .want_stdout = in->stdout,
        .want_stderr = in->stderr,
    };
    return stream_server_url(call_daemon(call)->streams, scope->arena, &request, &out->url, err);
}
