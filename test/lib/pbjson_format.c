#include <string.h>

#include "shim/base/base64.h"
#include "shim/base/utf8.h"
#include "test/lib/pbjson.h"
#include "test/lib/pbjson_field.h"

static json_t *format_text(const char *bytes, size_t length)
{
    if (utf8_valid(bytes, length))
        return json_stringn(bytes, length);
    struct arena *arena = arena_create();
    json_t *json = json_string(utf8_clean(arena, arena_strndup(arena, bytes, length)));
    arena_destroy(arena);
    return json;
}

static json_t *format_bytes(const ProtobufCBinaryData *data)
{
    const char *bytes = data->data != NULL ? (const char *)data->data : "";
    if (utf8_valid(bytes, data->len))
        return json_stringn(bytes, data->len);
    struct arena *arena = arena_create();
    json_t *json = json_pack("{s:s}", "base64", base64_encode(arena, bytes, data->len));
    arena_destroy(arena);
    return json;
}

static json_t *format_enum(const ProtobufCFieldDescriptor *field, int32_t number)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(field->descriptor, number);
    return value != NULL ? json_string(value->name) : json_integer(number);
}

static json_t *format_value(const ProtobufCFieldDescriptor *field, const void *at,
                            enum pbjson_fields fields)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return json_integer(*(const int32_t *)at);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return json_integer(*(const uint32_t *)at);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return json_integer(*(const int64_t *)at);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return json_integer((json_int_t) * (const uint64_t *)at);
    case PROTOBUF_C_TYPE_FLOAT:
        return json_real((double)*(const float *)at);
    case PROTOBUF_C_TYPE_DOUBLE:
        return json_real(*(const double *)at);
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)at);
    case PROTOBUF_C_TYPE_ENUM:
        return format_enum(field, *(const int32_t *)at);
    case PROTOBUF_C_TYPE_STRING: {
        const char *text = *(const char *const *)at;
        return text != NULL ? format_text(text, strlen(text)) : json_string("");
    }
    case PROTOBUF_C_TYPE_BYTES:
        return format_bytes(at);
    case PROTOBUF_C_TYPE_MESSAGE: {
        const ProtobufCMessage *message = *(const ProtobufCMessage *const *)at;
        return message != NULL ? pbjson_format(message, fields) : NULL;
    }
    }
    return NULL;
}

static json_t *format_map(ProtobufCMessage *const *entries, size_t count)
{
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++) {
        json_t *entry = pbjson_format(entries[i], PBJSON_ALL);
        json_object_set(object, json_string_value(json_object_get(entry, "key")),
                        json_object_get(entry, "value"));
        json_decref(entry);
    }
    return object;
}

static json_t *format_list(const ProtobufCFieldDescriptor *field, const char *elements,
                           size_t count, enum pbjson_fields fields)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array,
                              format_value(field, elements + i * pbjson_field_size(field), fields));
    return array;
}

static bool is_zero(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return false; /* a message that is set says something, even when it is empty */
    case JSON_ARRAY:
        return json_array_size(value) == 0;
    case JSON_STRING:
        return json_string_length(value) == 0;
    case JSON_INTEGER:
        return json_integer_value(value) == 0;
    default:
        return json_is_false(value);
    }
}

json_t *pbjson_format(const ProtobufCMessage *message, enum pbjson_fields fields)
{
    json_t *object = json_object();
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    const char *base = (const char *)message;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        const char *at = base + field->offset;
        json_t *value;
        bool empty_map = false;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
            const char *elements = *(const char *const *)(const void *)at;
            bool map = pbjson_field_is_map(descriptor, field);
            value = map ? format_map((ProtobufCMessage *const *)(const void *)elements, count)
                        : format_list(field, elements, count, fields);
            empty_map = map && count == 0;
        } else {
            value = format_value(field, at, fields);
        }
        if (value == NULL || (fields == PBJSON_NONZERO && (empty_map || is_zero(value))))
            json_decref(value);
        else
            json_object_set_new(object, field->name, value);
    }
    return object;
}
