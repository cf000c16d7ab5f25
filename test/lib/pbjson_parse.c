#include "shim/base/base64.h"
#include "test/lib/pbjson.h"
#include "test/lib/pbjson_field.h"

struct parser {
    struct arena *arena;
    const char *path; /* of the value being read */
    struct err *err;
};

static bool refuse(const struct parser *parser, const char *wanted)
{
    return err_set(parser->err, CODE_INVALID_ARGUMENT, "%s: %s",
                   parser->path[0] != '\0' ? parser->path : "the message", wanted);
}

static bool parse_message(struct parser parser, const ProtobufCMessageDescriptor *descriptor,
                          json_t *json, ProtobufCMessage **ret_message);

static bool parse_enum(const struct parser *parser, const ProtobufCFieldDescriptor *field,
                       json_t *json, void *at)
{
    if (json_is_string(json)) {
        const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(
            field->descriptor, json_string_value(json));
        if (value == NULL)
            return refuse(parser, "no such name in the enum");
        *(int32_t *)at = value->value;
        return true;
    }
    if (!json_is_integer(json))
        return refuse(parser, "wants the name or number of an enum");
    *(int32_t *)at = (int32_t)json_integer_value(json);
    return true;
}

static bool parse_bytes(const struct parser *parser, json_t *json, void *at)
{
    ProtobufCBinaryData *data = at;
    const char *encoded = json_string_value(json_object_get(json, "base64"));
    char *bytes;
    if (encoded != NULL) {
        if (!base64_decode(parser->arena, encoded, &bytes, &data->len))
            return refuse(parser, "is no base64");
    } else if (json_is_string(json)) {
        data->len = json_string_length(json);
        bytes = arena_strndup(parser->arena, json_string_value(json), data->len);
    } else {
        return refuse(parser, "wants a string or {\"base64\": ...}");
    }
    data->data = (uint8_t *)bytes;
    return true;
}

static bool parse_value(const struct parser *parser, const ProtobufCFieldDescriptor *field,
                        json_t *json, void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        if (!json_is_boolean(json))
            return refuse(parser, "wants true or false");
        *(protobuf_c_boolean *)at = json_is_true(json);
        return true;
    case PROTOBUF_C_TYPE_ENUM:
        return parse_enum(parser, field, json, at);
    case PROTOBUF_C_TYPE_STRING:
        if (!json_is_string(json))
            return refuse(parser, "wants a string");
        *(const char **)at = arena_strdup(parser->arena, json_string_value(json));
        return true;
    case PROTOBUF_C_TYPE_BYTES:
        return parse_bytes(parser, json, at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return parse_message(*parser, field->descriptor, json, at);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        if (!json_is_number(json))
            return refuse(parser, "wants a number");
        if (field->type == PROTOBUF_C_TYPE_FLOAT)
            *(float *)at = (float)json_number_value(json);
        else
            *(double *)at = json_number_value(json);
        return true;
    default:
        if (!json_is_integer(json))
            return refuse(parser, "wants an integer");
        if (pbjson_field_size(field) == 8)
            *(int64_t *)at = json_integer_value(json);
        else
            *(int32_t *)at = (int32_t)json_integer_value(json);
        return true;
    }
}

static struct parser parser_at(const struct parser *parser, const char *name)
{
    struct parser inner = *parser;
    inner.path =
        parser->path[0] == '\0' ? name : arena_printf(parser->arena, "%s.%s", parser->path, name);
    return inner;
}

static bool parse_list(const struct parser *parser, const ProtobufCFieldDescriptor *field,
                       json_t *json, void *at, size_t *ret_count)
{
    if (!json_is_array(json))
        return refuse(parser, "wants a list");
    size_t count = json_array_size(json);
    char *elements = arena_array(parser->arena, count, pbjson_field_size(field));
    for (size_t i = 0; i < count; i++) {
        struct parser inner = parser_at(parser, arena_printf(parser->arena, "%zu", i));
        if (!parse_value(&inner, field, json_array_get(json, i),
                         elements + i * pbjson_field_size(field)))
            return false;
    }
    *(char **)at = elements;
    *ret_count = count;
    return true;
}

static bool parse_map(const struct parser *parser, const ProtobufCFieldDescriptor *field,
                      json_t *json, void *at, size_t *ret_count)
{
    if (!json_is_object(json))
        return refuse(parser, "wants an object");
    ProtobufCMessage **entries =
        arena_array(parser->arena, json_object_size(json), sizeof(*entries));
    size_t count = 0;
    const char *key;
    json_t *value;
    json_object_foreach (json, key, value) {
        struct parser inner = parser_at(parser, key);
        json_t *entry =
            arena_json(parser->arena, json_pack("{s:s, s:O}", "key", key, "value", value));
        if (!parse_message(inner, field->descriptor, entry, &entries[count++]))
            return false;
    }
    *(ProtobufCMessage ***)at = entries;
    *ret_count = count;
    return true;
}

static bool parse_field(const struct parser *parser, ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field, json_t *json)
{
    char *base = (char *)message;
    if (json_is_null(json))
        return true;
    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return parse_value(parser, field, json, base + field->offset);
    size_t *ret_count = (size_t *)(void *)(base + field->quantifier_offset);
    if (pbjson_field_is_map(message->descriptor, field))
        return parse_map(parser, field, json, base + field->offset, ret_count);
    return parse_list(parser, field, json, base + field->offset, ret_count);
}

static bool parse_message(struct parser parser, const ProtobufCMessageDescriptor *descriptor,
                          json_t *json, ProtobufCMessage **ret_message)
{
    if (!json_is_object(json))
        return refuse(&parser, "wants an object");
    ProtobufCMessage *message = arena_zalloc(parser.arena, descriptor->sizeof_message);
    protobuf_c_message_init(descriptor, message);
    const char *name;
    json_t *value;
    json_object_foreach (json, name, value) {
        struct parser inner = parser_at(&parser, name);
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(descriptor, name);
        if (field == NULL)
            return refuse(
                &inner, arena_printf(parser.arena, "no such field in %s", descriptor->short_name));
        if (!parse_field(&inner, message, field, value))
            return false;
    }
    *ret_message = message;
    return true;
}

bool pbjson_parse(struct arena *arena, const ProtobufCMessageDescriptor *descriptor, json_t *json,
                  ProtobufCMessage **ret_message, struct err *err)
{
    return parse_message((struct parser){.arena = arena, .path = "", .err = err}, descriptor, json,
                         ret_message);
}
