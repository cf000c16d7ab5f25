/*
 * Messages between protobuf-c's structs and gRPC's buffers. Both directions check the bytes: what a
 * client sends wrong is INVALID_ARGUMENT, what we would send wrong is INTERNAL.
 */
#ifndef CRI_GRPC_CODEC_H
#define CRI_GRPC_CODEC_H

#include <stdbool.h>

#include <grpc/byte_buffer.h>
#include <protobuf-c/protobuf-c.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

/* Of one message, both ways: what kubelets allow. */
enum { CODEC_MESSAGE_MAX_BYTES = 16 * 1024 * 1024 };

/* Makes the message, in the arena, that the bytes hold. */
bool codec_unpack(const ProtobufCMessageDescriptor *type, struct arena *arena, const void *bytes,
                  size_t length, ProtobufCMessage **ret_message, struct err *err);

/* The same from what gRPC received. */
bool codec_read(const ProtobufCMessageDescriptor *type, struct arena *arena,
                grpc_byte_buffer *buffer, ProtobufCMessage **ret_message, struct err *err);

/* The message as a buffer that the caller destroys. RESOURCE_EXHAUSTED if it is too large for a
 * client to take. */
bool codec_write(const ProtobufCMessage *message, grpc_byte_buffer **ret_buffer, struct err *err);

#endif
