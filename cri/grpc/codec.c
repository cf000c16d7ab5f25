#include "cri/grpc/codec.h"

#include <stdint.h>

#include <grpc/byte_buffer_reader.h>
#include <grpc/slice.h>

#include "cri/grpc/wire.h"

bool codec_unpack(const ProtobufCMessageDescriptor *type, struct arena *arena, const void *bytes,
                  size_t length, ProtobufCMessage **ret_message, struct err *err)
{
    if (!wire_check(type, bytes, length, WIRE_REQUEST_FIELDS_MAX, err))
        return false;
    *ret_message = protobuf_c_message_unpack(type, arena_protobuf(arena), length, bytes);
    /* Not reached with CRI's messages: what is left is proto2's required fields. */
    if (*ret_message == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "%s is incomplete", type->short_name);
    return true;
}

bool codec_read(const ProtobufCMessageDescriptor *type, struct arena *arena,
                grpc_byte_buffer *buffer, ProtobufCMessage **ret_message, struct err *err)
{
    /* A bomb of a few kilobytes would unpack to gigabytes, and no CRI client compresses. */
    if (buffer->data.raw.compression != GRPC_COMPRESS_NONE)
        return err_set(err, CODE_UNIMPLEMENTED, "compressed requests are not supported");
    grpc_byte_buffer_reader reader;
    if (!grpc_byte_buffer_reader_init(&reader, buffer))
        return err_set(err, CODE_INTERNAL, "the request cannot be read");
    grpc_slice slice = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    bool ok = codec_unpack(type, arena, GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice),
                           ret_message, err);
    grpc_slice_unref(slice);
    return ok;
}

/* A client written in Go throws the whole reply away for one bad string in it, and only says so. */
static bool check_reply(const ProtobufCMessage *message, grpc_slice slice, struct err *err)
{
    struct err found = ERR_INIT;
    if (wire_check(message->descriptor, GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice),
                   SIZE_MAX, &found))
        return true;
    return err_set(err, CODE_INTERNAL, "reply: %s", found.text);
}

bool codec_write(const ProtobufCMessage *message, grpc_byte_buffer **ret_buffer, struct err *err)
{
    /* A NULL among repeated strings or messages would crash protobuf-c. */
    if (!protobuf_c_message_check(message))
        return err_set(err, CODE_INTERNAL, "reply: %s holds a NULL element",
                       message->descriptor->short_name);
    size_t length = protobuf_c_message_get_packed_size(message);
    if (length > CODEC_MESSAGE_MAX_BYTES)
        return err_set(err, CODE_RESOURCE_EXHAUSTED,
                       "the reply has %zu bytes, more than the limit of %d", length,
                       CODEC_MESSAGE_MAX_BYTES);
    grpc_slice slice = grpc_slice_malloc(length);
    (void)protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice)); /* returns `length` */
    bool ok = check_reply(message, slice, err);
    if (ok)
        *ret_buffer = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    return ok;
}
