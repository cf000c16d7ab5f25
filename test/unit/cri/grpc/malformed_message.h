/*
 * Random messages of any type, made up from its descriptor: good ones, and ones with a single fault
 * whose path is known. The same in each run.
 */
#ifndef TEST_UNIT_CRI_GRPC_MALFORMED_MESSAGE_H
#define TEST_UNIT_CRI_GRPC_MALFORMED_MESSAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <protobuf-c/protobuf-c.h>

#include "cri/grpc/wire_read.h"
#include "shim/base/buf.h"

enum { DEPTH_MAX = 5, MESSAGE_MAX = 1 << 20, PATH_SIZE = 256 };

/* --- random numbers, the same in each run --- */

static uint64_t seed; /* set by each test */

static inline uint32_t random_below(uint32_t limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 11) % limit;
}

/* --- writing the wire format --- */

static inline void put(struct buf *buf, const void *bytes, size_t length)
{
    assert_true(buf_append(buf, bytes, length));
}

static inline void put_varint(struct buf *buf, uint64_t number)
{
    uint8_t bytes[10];
    size_t length = 0;
    do {
        bytes[length++] = (uint8_t)((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
        number >>= 7;
    } while (number > 0);
    put(buf, bytes, length);
}

static inline void put_tag(struct buf *buf, uint32_t number, unsigned type)
{
    put_varint(buf, (uint64_t)number << 3 | type);
}

static inline void put_prefixed(struct buf *buf, const void *bytes, size_t length)
{
    put_varint(buf, length);
    put(buf, bytes, length);
}

/* --- good messages --- */

static inline void put_good_message(struct buf *buf, const ProtobufCMessageDescriptor *type,
                                    int depth);

static inline void put_good_text(struct buf *buf)
{
    static const char *const texts[] = {
        "", "a", "caf\xc3\xa9", "/var/lib/x", "\xf0\x9f\x90\xb3 docker \xe2\x82\xac", "0123456789"};
    const char *text = texts[random_below(sizeof(texts) / sizeof(texts[0]))];
    put_prefixed(buf, text, strlen(text));
}

static inline void put_good_number(struct buf *buf, const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        put_varint(buf, random_below(2));
    else
        put_varint(buf, random_below(2) != 0 ? random_below(300) : UINT64_MAX - random_below(9));
}

static inline void put_good_value(struct buf *buf, const ProtobufCFieldDescriptor *field, int depth)
{
    struct buf inner;
    switch (wire_type_of(field->type)) {
    case WIRE_TYPE_VARINT:
        put_good_number(buf, field);
        break;
    case WIRE_TYPE_64BIT:
        put(buf, "12345678", 8);
        break;
    case WIRE_TYPE_32BIT:
        put(buf, "1234", 4);
        break;
    case WIRE_TYPE_LENGTH_PREFIXED:
        if (field->type == PROTOBUF_C_TYPE_STRING) {
            put_good_text(buf);
        } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
            put_prefixed(buf, "\xff\x00\x80", 3);
        } else {
            buf_init(&inner, MESSAGE_MAX);
            put_good_message(&inner, field->descriptor, depth + 1);
            put_prefixed(buf, inner.data, inner.length);
            buf_done(&inner);
        }
    }
}

static inline bool is_singular_message(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE && field->label != PROTOBUF_C_LABEL_REPEATED;
}

/* One random field, mostly one that the type knows. */
static inline void put_good_field(struct buf *buf, const ProtobufCMessageDescriptor *type,
                                  int depth)
{
    if (type->n_fields == 0 || random_below(20) == 0) {
        put_tag(buf, 1000 + random_below(100), WIRE_TYPE_LENGTH_PREFIXED);
        put_prefixed(buf, "\xff", 1);
        return;
    }
    const ProtobufCFieldDescriptor *field = &type->fields[random_below(type->n_fields)];
    /* A message that is given again would be merged, and too many of them are refused. */
    if (is_singular_message(field) || (field->type == PROTOBUF_C_TYPE_MESSAGE && depth > DEPTH_MAX))
        return;
    bool packed = field->label == PROTOBUF_C_LABEL_REPEATED &&
                  wire_type_of(field->type) == WIRE_TYPE_VARINT && random_below(2) != 0;
    put_tag(buf, field->id, packed ? WIRE_TYPE_LENGTH_PREFIXED : wire_type_of(field->type));
    if (!packed) {
        put_good_value(buf, field, depth);
        return;
    }
    struct buf run;
    buf_init(&run, MESSAGE_MAX);
    for (uint32_t i = random_below(4); i > 0; i--)
        put_good_number(&run, field);
    put_prefixed(buf, run.data, run.length);
    buf_done(&run);
}

static inline void put_good_fields(struct buf *buf, const ProtobufCMessageDescriptor *type,
                                   int depth)
{
    for (uint32_t i = random_below(5); i > 0; i--)
        put_good_field(buf, type, depth);
}

static inline void put_good_message(struct buf *buf, const ProtobufCMessageDescriptor *type,
                                    int depth)
{
    put_good_fields(buf, type, depth);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (is_singular_message(field) && depth < DEPTH_MAX && random_below(2) != 0) {
            put_tag(buf, field->id, WIRE_TYPE_LENGTH_PREFIXED);
            put_good_value(buf, field, depth);
        }
    }
}

/* --- faults --- */

/* The index of the next element of the field, as an error names it. */
static inline size_t count_elements(const struct buf *buf, const ProtobufCFieldDescriptor *field)
{
    struct wire_reader reader = {(const uint8_t *)buf->data,
                                 (const uint8_t *)buf->data + buf->length};
    size_t count = 0;
    uint32_t number;
    enum wire_type type;
    struct wire_value value;
    while (reader.at < reader.end) {
        assert_true(wire_read_tag(&reader, &number, &type));
        assert_null(wire_read_value(&reader, type, &value));
        count += number == field->id;
    }
    return count;
}

static inline void append_name(char *path, const struct buf *before,
                               const ProtobufCFieldDescriptor *field)
{
    size_t used = strlen(path);
    char index[24] = "";
    if (field->label == PROTOBUF_C_LABEL_REPEATED &&
        wire_type_of(field->type) == WIRE_TYPE_LENGTH_PREFIXED)
        (void)snprintf(index, sizeof(index), "[%zu]", count_elements(before, field));
    int length =
        snprintf(path + used, PATH_SIZE - used, "%s%s%s", used > 0 ? "." : "", field->name, index);
    assert_true(length < (int)(PATH_SIZE - used));
}

/* Text that is none. */
static inline void put_bad_text(struct buf *buf)
{
    static const struct {
        const char *bytes;
        size_t length;
    } texts[] = {{"\xff", 1},
                 {"a\x00", 2},
                 {"\x00", 1},
                 {"\xc3", 1},
                 {"caf\xe9", 4},
                 {"\xc0\x80", 2},
                 {"\xed\xa0\x80", 3},
                 {"\xf4\x90\x80\x80", 4},
                 {"long enough\x80", 12}};
    size_t chosen = random_below(sizeof(texts) / sizeof(texts[0]));
    put_prefixed(buf, texts[chosen].bytes, texts[chosen].length);
}

/* A value that is cut off, or has a length or number that goes on for ever; nothing may follow it.
 */
static inline void put_endless(struct buf *buf, enum wire_type type)
{
    switch (type) {
    case WIRE_TYPE_VARINT:
        put(buf, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", random_below(12));
        break;
    case WIRE_TYPE_64BIT:
        put(buf, "1234567", random_below(8));
        break;
    case WIRE_TYPE_32BIT:
        put(buf, "123", random_below(4));
        break;
    case WIRE_TYPE_LENGTH_PREFIXED:
        if (random_below(2) != 0)
            put(buf, "\x81\x80\x80\x80\x80\x80", random_below(7));
        else
            put(buf, "\x05xxxx", 1 + random_below(5));
    }
}

static inline enum wire_type another_type(const ProtobufCFieldDescriptor *field)
{
    static const enum wire_type types[] = {WIRE_TYPE_VARINT, WIRE_TYPE_64BIT, WIRE_TYPE_32BIT};
    enum wire_type type;
    do
        type = types[random_below(3)];
    while (type == wire_type_of(field->type));
    return type;
}

/* A fault in a field that the type knows. */
static inline void put_fault_in_field(struct buf *buf, const ProtobufCFieldDescriptor *field,
                                      char *path)
{
    append_name(path, buf, field);
    switch (random_below(field->type == PROTOBUF_C_TYPE_STRING ? 5 : 3)) {
    case 0: {
        enum wire_type type = another_type(field);
        put_tag(buf, field->id, type);
        put(buf, "\x01\x01\x01\x01\x01\x01\x01\x01",
            type == WIRE_TYPE_VARINT  ? 1
            : type == WIRE_TYPE_32BIT ? 4
                                      : 8);
        break;
    }
    case 1:
        put_tag(buf, field->id, wire_type_of(field->type));
        put_endless(buf, wire_type_of(field->type));
        break;
    case 2: {
        static const unsigned unknown[] = {3, 4, 6, 7};
        put_tag(buf, field->id, unknown[random_below(4)]);
        break;
    }
    default:
        put_tag(buf, field->id, WIRE_TYPE_LENGTH_PREFIXED);
        put_bad_text(buf);
    }
}

static inline void set_path(char *path, const char *format, unsigned long place,
                            const ProtobufCMessageDescriptor *type)
{
    char holder[PATH_SIZE];
    (void)snprintf(holder, sizeof(holder), "%s", *path != '\0' ? path : type->short_name);
    char made[2 * PATH_SIZE];
    (void)snprintf(made, sizeof(made), "%s %lu of %s", format, place, holder);
    assert_true(strlen(made) < PATH_SIZE);
    memcpy(path, made, strlen(made) + 1);
}

/* A fault that no field of the type can be blamed for. */
static inline void put_fault_elsewhere(struct buf *buf, const ProtobufCMessageDescriptor *type,
                                       char *path)
{
    if (random_below(2) != 0) {
        static const char *const tags[] = {"\x02", "\x80", "\xff\xff\xff\xff\xff", "\x81\x80"};
        const char *tag = tags[random_below(4)];
        set_path(path, "byte", buf->length, type);
        put(buf, tag, strlen(tag));
        return;
    }
    static const enum wire_type types[] = {WIRE_TYPE_VARINT, WIRE_TYPE_64BIT, WIRE_TYPE_32BIT,
                                           WIRE_TYPE_LENGTH_PREFIXED};
    enum wire_type wire_type = types[random_below(4)];
    uint32_t number = 1000 + random_below(1000);
    set_path(path, "field", number, type);
    put_tag(buf, number, wire_type);
    put_endless(buf, wire_type);
}

/* A message with one fault, whose path is appended to `path`. */
static inline void put_bad_message(struct buf *buf, const ProtobufCMessageDescriptor *type,
                                   int depth, char *path)
{
    put_good_fields(buf, type, depth);
    if (type->n_fields == 0 || random_below(8) == 0) {
        put_fault_elsewhere(buf, type, path);
        return;
    }
    const ProtobufCFieldDescriptor *field = &type->fields[random_below(type->n_fields)];
    if (field->type != PROTOBUF_C_TYPE_MESSAGE || random_below(4) == 0) {
        put_fault_in_field(buf, field, path);
        return;
    }
    struct buf inner;
    buf_init(&inner, MESSAGE_MAX);
    append_name(path, buf, field);
    put_bad_message(&inner, field->descriptor, depth + 1, path);
    put_tag(buf, field->id, WIRE_TYPE_LENGTH_PREFIXED);
    put_prefixed(buf, inner.data, inner.length);
    put_good_fields(buf, type, depth);
    buf_done(&inner);
}

#endif
