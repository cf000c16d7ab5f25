#include "cri/grpc/wire.h"

#include <stdint.h>
#include <string.h>

#include "cri/grpc/wire_path.h"
#include "cri/grpc/wire_read.h"
#include "shim/base/utf8.h"

enum {
    /* Fields per message that are watched for repetition. */
    FIELDS_WATCHED = 256,
    /* protobuf-c merges a sub-message that is given again by copying what it has so far, so many
     * repetitions take quadratic memory. Each one counts as this many fields. */
    REPETITION_COST = 4096,
};

struct walk {
    size_t fields_left;
    struct err *err;
};

static bool fail(const struct wire_frame *frame, const struct walk *walk, const char *problem)
{
    char path[WIRE_PATH_MAX];
    wire_path_format(frame, path, sizeof(path));
    return err_set(walk->err, CODE_INVALID_ARGUMENT, "%s %s", path, problem);
}

static bool spend(const struct wire_frame *frame, struct walk *walk, size_t count)
{
    if (walk->fields_left < count)
        return fail(frame, walk, "is one field too many for one message");
    walk->fields_left -= count;
    return true;
}

/* Most text is ASCII, which is recognised eight bytes at a time. */
static bool is_ascii(const uint8_t *bytes, size_t length)
{
    uint64_t all = 0, word;
    for (; length >= sizeof(word); bytes += sizeof(word), length -= sizeof(word)) {
        memcpy(&word, bytes, sizeof(word));
        all |= word;
    }
    for (; length > 0; bytes++, length--)
        all |= *bytes;
    return (all & UINT64_C(0x8080808080808080)) == 0;
}

static bool check_string(const struct wire_frame *frame, const struct walk *walk,
                         const struct wire_value *value)
{
    if (value->length > 0 && memchr(value->bytes, '\0', value->length) != NULL)
        return fail(frame, walk, "holds a NUL byte");
    if (!is_ascii(value->bytes, value->length) &&
        !utf8_valid((const char *)value->bytes, value->length))
        return fail(frame, walk, "is not valid UTF-8");
    return true;
}

/* Repeated numbers in one length-prefixed run. */
static bool check_packed(const struct wire_frame *frame, struct walk *walk,
                         const struct wire_value *value)
{
    struct wire_reader reader = {value->bytes, value->bytes + value->length};
    enum wire_type type = wire_type_of(frame->field->type);
    while (reader.at < reader.end) {
        struct wire_value element;
        const char *problem = wire_read_value(&reader, type, &element);
        if (problem != NULL)
            return fail(frame, walk, problem);
        /* protobuf-c reads packed booleans as single bytes. */
        if (frame->field->type == PROTOBUF_C_TYPE_BOOL &&
            (element.length != 1 || element.bytes[0] > 1))
            return fail(frame, walk, "is not a list of booleans");
        if (!spend(frame, walk, 1))
            return false;
    }
    return true;
}

static bool is_packable(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED &&
           wire_type_of(field->type) != WIRE_TYPE_LENGTH_PREFIXED;
}

static bool check_message(struct wire_frame *frame, struct walk *walk, size_t length);

static bool check_submessage(const struct wire_frame *frame, struct walk *walk,
                             const struct wire_value *value)
{
    if (frame->depth + 1 >= WIRE_DEPTH_MAX)
        return fail(frame, walk, "is nested too deeply");
    struct wire_frame inner = {.outer = frame,
                               .type = frame->field->descriptor,
                               .start = value->bytes,
                               .depth = frame->depth + 1};
    return check_message(&inner, walk, value->length);
}

static bool check_known(const struct wire_frame *frame, struct walk *walk,
                        const struct wire_value *value)
{
    const ProtobufCFieldDescriptor *field = frame->field;
    if (value->type != wire_type_of(field->type)) {
        if (value->type == WIRE_TYPE_LENGTH_PREFIXED && is_packable(field))
            return check_packed(frame, walk, value);
        return fail(frame, walk, "has the wire type of another kind of field");
    }
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return check_string(frame, walk, value);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return check_submessage(frame, walk, value);
    return true;
}

/* Fields of a message that came already; those that are not watched count as seen. */
struct seen {
    uint8_t bits[FIELDS_WATCHED / 8];
};

static bool is_repetition(struct seen *seen, const struct wire_frame *frame)
{
    if (frame->field == NULL || frame->field->type != PROTOBUF_C_TYPE_MESSAGE ||
        frame->field->label == PROTOBUF_C_LABEL_REPEATED)
        return false;
    size_t index = (size_t)(frame->field - frame->type->fields);
    if (index >= FIELDS_WATCHED)
        return true;
    uint8_t bit = (uint8_t)(1U << index % 8);
    bool again = (seen->bits[index / 8] & bit) != 0;
    seen->bits[index / 8] |= bit;
    return again;
}

static bool check_message(struct wire_frame *frame, struct walk *walk, size_t length)
{
    struct wire_reader reader = {frame->start, frame->start + length};
    struct seen seen = {{0}};
    while (reader.at < reader.end) {
        enum wire_type type;
        frame->field_start = reader.at;
        frame->field = NULL;
        frame->number = 0;
        if (!wire_read_tag(&reader, &frame->number, &type))
            return fail(frame, walk, "has a malformed tag");
        frame->field = protobuf_c_message_descriptor_get_field(frame->type, frame->number);
        struct wire_value value;
        const char *problem = wire_read_value(&reader, type, &value);
        if (problem != NULL)
            return fail(frame, walk, problem);
        if (!spend(frame, walk, is_repetition(&seen, frame) ? REPETITION_COST : 1))
            return false;
        if (frame->field != NULL && !check_known(frame, walk, &value))
            return false;
    }
    return true;
}

bool wire_check(const ProtobufCMessageDescriptor *type, const void *bytes, size_t length,
                size_t field_limit, struct err *err)
{
    /* An empty message may come without an address, which no pointer arithmetic is allowed on. */
    struct wire_frame frame = {.type = type, .start = length > 0 ? bytes : (const void *)""};
    struct walk walk = {.fields_left = field_limit, .err = err};
    return check_message(&frame, &walk, length);
}
