#include "shim/rpc/rpc.h"

#include "shim/base/clock.h"

enum { PATIENCE_S = 2 }; /* with an engine that hangs */

/*
 * The kubelet builds container ids ("docker://…") from the runtime's name, so it must stay what the
 * in-tree dockershim and the incumbent called it.
 *
 * A kubelet that starts before Docker calls this first, and gives up on an error or an empty field:
 * that Docker is away is for Status to tell.
 */
bool rpc_version(struct call *call, const Cri__VersionRequest *in, Cri__VersionResponse *out,
                 struct err *err)
{
    (void)in;
    struct engine engine = {.version = "unknown"};
    struct scope *scope = call_shield(call, PATIENCE_S * NS_PER_S);
    if (!daemon_engine(call_daemon(call), scope, &engine, err) && err->code != CODE_UNAVAILABLE &&
        err->code != CODE_DEADLINE_EXCEEDED)
        return err_wrap(err, "ask Docker for its version");
    out->version = "0.1.0"; /* of the kubelet's runtime API, fixed by CRI */
    out->runtime_name = "docker";
    out->runtime_version = engine.version;
    out->runtime_api_version = "v1";
    return true;
}
