/*
 * Bytes as any request or reply of CRI; the first byte chooses which. Neither the check nor the
 * unpacking may misbehave, what the check takes protobuf-c must take, and what came in must be fit
 * to go out.
 */
#include <stdint.h>
#include <stdlib.h>

#include "cri/grpc/codec.h"
#include "proto/api.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ProtobufCMessageDescriptor *choose(unsigned number)
{
    const ProtobufCServiceDescriptor *services[] = {&cri__runtime_service__descriptor,
                                                    &cri__image_service__descriptor};
    unsigned method = number / 2 % (services[0]->n_methods + services[1]->n_methods);
    const ProtobufCServiceDescriptor *service = services[0];
    if (method >= service->n_methods) {
        method -= service->n_methods;
        service = services[1];
    }
    return number % 2 != 0 ? service->methods[method].input : service->methods[method].output;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const ProtobufCMessageDescriptor *type = choose(data[0]);
    struct arena *arena = arena_create();
    struct err err = ERR_INIT;
    ProtobufCMessage *message;
    grpc_byte_buffer *buffer;
    if (codec_unpack(type, arena, data + 1, size - 1, &message, &err)) {
        if (!codec_write(message, &buffer, &err))
            abort();
        grpc_byte_buffer_destroy(buffer);
    } else if (err.code != CODE_INVALID_ARGUMENT || err.text[0] == '\0') {
        abort();
    }
    arena_destroy(arena);
    return 0;
}
