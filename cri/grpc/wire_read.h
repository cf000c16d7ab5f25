/*
 * Reading protobuf's wire format: tags and values, without knowing what they mean.
 *
 * It is as strict as protobuf-c is, and where that library is lax (numbers of more than 64 bits,
 * field number 0), as strict as Go's.
 */
#ifndef CRI_GRPC_WIRE_READ_H
#define CRI_GRPC_WIRE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

enum wire_type {
    WIRE_TYPE_VARINT = 0,
    WIRE_TYPE_64BIT = 1,
    WIRE_TYPE_LENGTH_PREFIXED = 2,
    WIRE_TYPE_32BIT = 5,
};

/* Moves forward; at == end when everything was read. */
struct wire_reader {
    const uint8_t *at, *end;
};

/* The bytes of a value, without the length prefix. */
struct wire_value {
    enum wire_type type;
    const uint8_t *bytes;
    size_t length;
};

/* The wire type of one value of a field. */
enum wire_type wire_type_of(ProtobufCType type);

/* Reads a field's number and the wire type that it claims, which may be one that does not exist. */
bool wire_read_tag(struct wire_reader *reader, uint32_t *ret_number, enum wire_type *ret_type);

/* Reads a value. Returns NULL, or what is wrong with it, as the end of a sentence whose subject is
 * the field. */
const char *wire_read_value(struct wire_reader *reader, enum wire_type type,
                            struct wire_value *ret_value);

#endif
