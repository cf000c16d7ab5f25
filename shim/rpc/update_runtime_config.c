#include "shim/rpc/rpc.h"

/* The pod CIDR is all that CRI can change here; a request without one changes nothing. */
bool rpc_update_runtime_config(struct call *call, const Cri__UpdateRuntimeConfigRequest *in,
                               Cri__UpdateRuntimeConfigResponse *out, struct err *err)
{
    (void)out;
    if (in->runtime_config == NULL || in->runtime_config->network_config == NULL ||
        in->runtime_config->network_config->pod_cidr[0] == '\0')
        return true;
    const char *pod_cidr = in->runtime_config->network_config->pod_cidr;
    call->subject = pod_cidr;
    return network_set_pod_cidr(call_daemon(call)->network, pod_cidr, err) ||
           err_wrap(err, "runtime_config.network_config.pod_cidr");
}
