#include "shim/rpc/rpc.h"

#include <pthread.h>

/* The server calls every handler through one type; these give each its own types back. */
#define RPC_UNARY(service, name, handler, request, response, quiet)                                \
    static bool call_##handler(struct call *call, const void *in, void *out, struct err *err)      \
    {                                                                                              \
        return rpc_##handler(call, in, out, err);                                                  \
    }
#define RPC_STREAM(service, name, handler, request, response, quiet)                               \
    static bool call_##handler(struct call *call, const void *in, struct err *err)                 \
    {                                                                                              \
        return rpc_##handler(call, in, err);                                                       \
    }
#define RPC_ABSENT(service, name, reason)
RPC_LIST(RPC_UNARY, RPC_STREAM, RPC_ABSENT)
#undef RPC_UNARY
#undef RPC_STREAM
#undef RPC_ABSENT

#define RPC_UNARY(service_name, rpc, handler, request, response, only_reads)                       \
    {.service = #service_name, .name = #rpc, .unary = call_##handler, .quiet = only_reads},
#define RPC_STREAM(service_name, rpc, handler, request, response, only_reads)                      \
    {.service = #service_name, .name = #rpc, .stream = call_##handler, .quiet = only_reads},
#define RPC_ABSENT(service_name, rpc, why)                                                         \
    {.service = #service_name, .name = #rpc, .reason = why, .quiet = true},

static struct cri_method table[] = {RPC_LIST(RPC_UNARY, RPC_STREAM, RPC_ABSENT)};

_Static_assert(sizeof(table) / sizeof(table[0]) == RPC_COUNT, "CRI v1 has 43 rpcs");

/* The list knows a service by its short name; the descriptors know the rest. */
static void complete_table(void)
{
    for (size_t i = 0; i < RPC_COUNT; i++) {
        struct cri_method *method = &table[i];
        const ProtobufCServiceDescriptor *service = method->service[0] == 'r'
                                                        ? &cri__runtime_service__descriptor
                                                        : &cri__image_service__descriptor;
        const ProtobufCMethodDescriptor *descriptor =
            protobuf_c_service_descriptor_get_method_by_name(service, method->name);
        method->service = service->name;
        method->input = descriptor->input;
        method->output = descriptor->output;
        /* The other streams end when everything has been sent. */
        method->endless = method->output == &cri__container_event_response__descriptor;
    }
}

const struct cri_method *rpc_table(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, complete_table);
    return table;
}
