#include "cri/grpc/wire_read.h"

enum { NUMBER_BYTES_MAX = 10, PREFIX_BYTES_MAX = 5, TAG_TYPE_BITS = 3 };

enum wire_type wire_type_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return WIRE_TYPE_32BIT;
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return WIRE_TYPE_64BIT;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return WIRE_TYPE_LENGTH_PREFIXED;
    default:
        return WIRE_TYPE_VARINT;
    }
}

/* Seven bits per byte, low ones first, the top bit of a byte says that another one follows. */
static bool read_varint(struct wire_reader *reader, size_t bytes_max, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < bytes_max && reader->at < reader->end; i++) {
        uint8_t byte = *reader->at++;
        if (i == NUMBER_BYTES_MAX - 1 && byte > 1)
            return false;
        number |= (uint64_t)(byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0) {
            *ret_number = number;
            return true;
        }
    }
    return false;
}

bool wire_read_tag(struct wire_reader *reader, uint32_t *ret_number, enum wire_type *ret_type)
{
    uint64_t tag;
    if (!read_varint(reader, PREFIX_BYTES_MAX, &tag) || tag > UINT32_MAX ||
        tag >> TAG_TYPE_BITS == 0)
        return false;
    *ret_number = (uint32_t)tag >> TAG_TYPE_BITS;
    *ret_type = (enum wire_type)(tag & ((1U << TAG_TYPE_BITS) - 1));
    return true;
}

static const char *take(struct wire_reader *reader, uint64_t length, struct wire_value *value)
{
    if (length > (uint64_t)(reader->end - reader->at))
        return "runs past the end of its message";
    value->bytes = reader->at;
    value->length = (size_t)length;
    reader->at += length;
    return NULL;
}

const char *wire_read_value(struct wire_reader *reader, enum wire_type type,
                            struct wire_value *ret_value)
{
    uint64_t number;
    ret_value->type = type;
    ret_value->bytes = reader->at;
    switch (type) {
    case WIRE_TYPE_VARINT:
        if (!read_varint(reader, NUMBER_BYTES_MAX, &number))
            return "is not a well-formed number";
        ret_value->length = (size_t)(reader->at - ret_value->bytes);
        return NULL;
    case WIRE_TYPE_64BIT:
        return take(reader, sizeof(uint64_t), ret_value);
    case WIRE_TYPE_32BIT:
        return take(reader, sizeof(uint32_t), ret_value);
    case WIRE_TYPE_LENGTH_PREFIXED:
        if (!read_varint(reader, PREFIX_BYTES_MAX, &number))
            return "has a malformed length";
        return take(reader, number, ret_value);
    }
    return "has a wire type that does not exist";
}
