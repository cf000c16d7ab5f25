#include "test/client/rpc.h"

#include "proto/api.pb-c.h"
#include "test/lib/pbjson.h"

static const ProtobufCServiceDescriptor *const services[] = {
    &cri__runtime_service__descriptor,
    &cri__image_service__descriptor,
};
enum { SERVICE_COUNT = sizeof(services) / sizeof(services[0]) };

bool rpc_find(const char *name, struct rpc *ret_rpc, struct err *err)
{
    for (int i = 0; i < SERVICE_COUNT; i++) {
        const ProtobufCMethodDescriptor *method =
            protobuf_c_service_descriptor_get_method_by_name(services[i], name);
        if (method != NULL) {
            *ret_rpc = (struct rpc){.service = services[i], .method = method};
            return true;
        }
    }
    err_set(err, CODE_NOT_FOUND, "CRI has no method \"%s\"; it has", name);
    for (int i = 0; i < SERVICE_COUNT; i++)
        for (unsigned m = 0; m < services[i]->n_methods; m++) {
            struct err so_far = *err;
            err_set(err, so_far.code, "%s %s", so_far.text, services[i]->methods[m].name);
        }
    return false;
}

const char *rpc_path(struct arena *arena, const struct rpc *rpc)
{
    return arena_printf(arena, "/%s/%s", rpc->service->name, rpc->method->name);
}

bool rpc_request(struct arena *arena, const struct rpc *rpc, json_t *json, uint8_t **ret_bytes,
                 size_t *ret_length, struct err *err)
{
    ProtobufCMessage *message;
    if (!pbjson_parse(arena, rpc->method->input, json, &message, err))
        return err_wrap(err, "%s", rpc->method->input->short_name);
    *ret_bytes = arena_alloc(arena, protobuf_c_message_get_packed_size(message));
    *ret_length = protobuf_c_message_pack(message, *ret_bytes);
    return true;
}

const ProtobufCMessage *rpc_answer(struct arena *arena, const struct rpc *rpc, const void *bytes,
                                   size_t length)
{
    return protobuf_c_message_unpack(rpc->method->output, arena_protobuf(arena), length, bytes);
}
