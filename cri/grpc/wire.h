/*
 * Whether the bytes of a message are what its descriptor says, before anything is made of them.
 * protobuf-c alone is not enough: it takes any bytes for text, cuts strings at a NUL, says of a bad
 * message only that it is bad, and lets 16 MiB of input grow to gigabytes.
 *
 * It reads the bytes once, needs no memory, and works for any descriptor. Fields that the
 * descriptor does not know are fine if they are well-formed: a newer peer sends them.
 */
#ifndef CRI_GRPC_WIRE_H
#define CRI_GRPC_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include "shim/base/err.h"

enum {
    /* Messages within messages; CRI itself needs 7. */
    WIRE_DEPTH_MAX = 32,
    /* Fields and elements in one request, all levels together: the largest pods have some
     * thousands. It bounds the memory that a request takes when it is unpacked. */
    WIRE_REQUEST_FIELDS_MAX = 1 << 18,
};

/* INVALID_ARGUMENT, beginning with the path of the field ("config.mounts[2].host_path is not valid
 * UTF-8"), if the bytes are not a well-formed message of this type with at most `field_limit`
 * fields. protobuf-c unpacks what passes. */
bool wire_check(const ProtobufCMessageDescriptor *type, const void *bytes, size_t length,
                size_t field_limit, struct err *err);

#endif
