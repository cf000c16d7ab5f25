#include "shim/rpc/rpc.h"

#include "shim/stats/metric_sink.h"

bool rpc_list_metric_descriptors(struct call *call, const Cri__ListMetricDescriptorsRequest *in,
                                 Cri__ListMetricDescriptorsResponse *out, struct err *err)
{
    (void)in;
    (void)err;
    metric_descriptors(call->scope.arena, &out->descriptors, &out->n_descriptors);
    return true;
}
