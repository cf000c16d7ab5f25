#include "shim/rpc/rpc.h"

bool rpc_runtime_config(struct call *call, const Cri__RuntimeConfigRequest *in,
                        Cri__RuntimeConfigResponse *out, struct err *err)
{
    (void)in;
    struct engine engine;
    if (!daemon_engine(call_daemon(call), &call->scope, &engine, err))
        return err_wrap(err, "ask Docker for its cgroup driver");
    out->linux = arena_alloc(call->scope.arena, sizeof(*out->linux));
    cri__linux_runtime_configuration__init(out->linux);
    out->linux->cgroup_driver =
        engine.systemd_cgroup ? CRI__CGROUP_DRIVER__SYSTEMD : CRI__CGROUP_DRIVER__CGROUPFS;
    return true;
}
