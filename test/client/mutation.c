#include "test/client/mutation.h"

#include <stdlib.h>
#include <string.h>

enum { BYTES_MAX = 4 << 20, DEPTH_MAX = 6, WIRE_PREFIXED = 2 };

uint32_t mutation_random(struct mutation *mutation, uint32_t below)
{
    /* xorshift64*: good enough, and the same everywhere. */
    uint64_t x = mutation->state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    mutation->state = x;
    return (uint32_t)((x * UINT64_C(2685821657736338717)) >> 32) % below;
}

static bool one_in(struct mutation *mutation, uint32_t count)
{
    return mutation_random(mutation, count) == 0;
}

static void append_varint(struct buf *bytes, uint64_t number)
{
    do {
        uint8_t byte = (uint8_t)(number & 0x7f) | (number > 0x7f ? 0x80 : 0);
        (void)buf_append(bytes, &byte, 1);
        number >>= 7;
    } while (number > 0);
}

static void append_tag(struct buf *bytes, uint32_t number, unsigned wire_type)
{
    append_varint(bytes, (uint64_t)number << 3 | wire_type);
}

void mutation_append_field(struct buf *bytes, uint32_t number, const void *value, size_t length)
{
    append_tag(bytes, number, WIRE_PREFIXED);
    append_varint(bytes, length);
    (void)buf_append(bytes, value, length);
}

/* Texts that have hurt somebody: not UTF-8, with a NUL, too long, paths and URLs inside. */
static void append_odd_text(struct mutation *mutation, struct buf *bytes, uint32_t number)
{
    static const struct {
        const char *text;
        size_t length;
    } TEXTS[] = {
        {"\xff\xfe", 2},
        {"\xc0\xaf", 2},
        {"\xed\xa0\x80", 3},
        {"a\0b", 3},
        {"\0", 1},
        {"\r\nHost: x", 9},
        {"../../info", 10},
        {"a/../b", 6},
        {"%2e%2e%2finfo", 13},
        {"?force=1#", 9},
        {" ", 1},
        {"\x7f", 1},
        {"{\"a\":1}", 7},
        {"%s%n%x", 6},
        {"-1", 2},
        {"99999999999999999999", 20},
        {"/", 1},
        {".", 1},
        {"\xf0\x9f\x92\xa5", 4},
    };
    uint32_t choice = mutation_random(mutation, sizeof(TEXTS) / sizeof(TEXTS[0]) + 1);
    if (choice < sizeof(TEXTS) / sizeof(TEXTS[0])) {
        mutation_append_field(bytes, number, TEXTS[choice].text, TEXTS[choice].length);
        return;
    }
    size_t length = 1000 + mutation_random(mutation, 100000);
    char *text = malloc(length);
    memset(text, 'x', length);
    mutation_append_field(bytes, number, text, length);
    free(text);
}

static void append_text(struct mutation *mutation, const ProtobufCFieldDescriptor *field,
                        struct buf *bytes)
{
    static const char *const PLAIN[] = {"", "a", "name", "default", "0", "/etc/none", "k=v"};
    const char *text = PLAIN[mutation_random(mutation, sizeof(PLAIN) / sizeof(PLAIN[0]))];
    if (one_in(mutation, 6)) {
        append_odd_text(mutation, bytes, field->id);
        return;
    }
    if (mutation->sandbox_id != NULL && strcmp(field->name, "pod_sandbox_id") == 0)
        text = mutation->sandbox_id;
    if (mutation->container_id != NULL && strcmp(field->name, "container_id") == 0)
        text = mutation->container_id;
    mutation_append_field(bytes, field->id, text, strlen(text));
}

static uint64_t odd_number(struct mutation *mutation)
{
    static const uint64_t NUMBERS[] = {
        0,          1,     UINT64_MAX, INT64_MAX, INT64_MIN, INT32_MAX, (uint64_t)INT32_MIN,
        UINT32_MAX, 65536, 1ULL << 40, 1000};
    return NUMBERS[mutation_random(mutation, sizeof(NUMBERS) / sizeof(NUMBERS[0]))];
}

static void append_message(struct mutation *mutation, const ProtobufCMessageDescriptor *type,
                           int depth, struct buf *bytes);

static void append_value(struct mutation *mutation, const ProtobufCFieldDescriptor *field,
                         int depth, struct buf *bytes)
{
    uint64_t number = odd_number(mutation);
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        append_text(mutation, field, bytes);
        return;
    case PROTOBUF_C_TYPE_BYTES:
        append_odd_text(mutation, bytes, field->id);
        return;
    case PROTOBUF_C_TYPE_MESSAGE: {
        struct buf inner;
        buf_init(&inner, BYTES_MAX);
        append_message(mutation, field->descriptor, depth + 1, &inner);
        mutation_append_field(bytes, field->id, inner.data, inner.length);
        buf_done(&inner);
        return;
    }
    case PROTOBUF_C_TYPE_DOUBLE:
        append_tag(bytes, field->id, 1);
        (void)buf_append(bytes, &number, 8);
        return;
    case PROTOBUF_C_TYPE_FLOAT:
        append_tag(bytes, field->id, 5);
        (void)buf_append(bytes, &number, 4);
        return;
    default:
        append_tag(bytes, field->id, 0);
        append_varint(bytes, number);
    }
}

static void append_message(struct mutation *mutation, const ProtobufCMessageDescriptor *type,
                           int depth, struct buf *bytes)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        uint32_t count = field->label == PROTOBUF_C_LABEL_REPEATED ? mutation_random(mutation, 3)
                                                                   : !one_in(mutation, 4);
        if (depth >= DEPTH_MAX && field->type == PROTOBUF_C_TYPE_MESSAGE)
            count = 0;
        while (count-- > 0)
            append_value(mutation, field, depth, bytes);
    }
}

static void append_random(struct mutation *mutation, struct buf *bytes)
{
    for (uint32_t left = 1 + mutation_random(mutation, 64); left > 0; left--) {
        uint8_t byte = (uint8_t)mutation_random(mutation, 256);
        (void)buf_append(bytes, &byte, 1);
    }
}

/* A message in a message in a message, far deeper than any contract. */
static void append_nesting(struct buf *bytes, const ProtobufCMessageDescriptor *type)
{
    uint32_t number = type->n_fields > 0 ? type->fields[0].id : 1;
    struct buf inner, outer;
    buf_init(&inner, BYTES_MAX);
    for (int depth = 0; depth < 200; depth++) {
        buf_init(&outer, BYTES_MAX);
        mutation_append_field(&outer, number, inner.data, inner.length);
        buf_done(&inner);
        inner = outer;
    }
    (void)buf_append(bytes, inner.data, inner.length);
    buf_done(&inner);
}

static void flip_bits(struct buf *bytes, size_t at, uint32_t bits)
{
    bytes->data[at] = (char)((unsigned char)bytes->data[at] ^ bits);
}

static void damage(struct mutation *mutation, const ProtobufCMessageDescriptor *type,
                   struct buf *bytes)
{
    enum { FLIP, CUT, APPEND, WIRE_TYPE, REPEAT, NEST, LONG_LENGTH, NONE, KINDS };
    switch (mutation_random(mutation, KINDS)) {
    case FLIP:
        for (uint32_t left = 1 + mutation_random(mutation, 4); left > 0 && bytes->length > 0;
             left--)
            flip_bits(bytes, mutation_random(mutation, (uint32_t)bytes->length),
                      1U << mutation_random(mutation, 8));
        return;
    case CUT:
        bytes->length = bytes->length > 0 ? mutation_random(mutation, (uint32_t)bytes->length) : 0;
        return;
    case APPEND:
        append_random(mutation, bytes);
        return;
    case WIRE_TYPE:
        if (bytes->length > 0)
            flip_bits(bytes, 0, 1 + mutation_random(mutation, 7));
        return;
    case REPEAT: {
        size_t length = bytes->length;
        char *copy = malloc(length + 1);
        memcpy(copy, length > 0 ? bytes->data : "", length);
        (void)buf_append(bytes, copy, length);
        free(copy);
        return;
    }
    case NEST:
        append_nesting(bytes, type);
        return;
    case LONG_LENGTH:
        append_tag(bytes, 1, WIRE_PREFIXED);
        append_varint(bytes, UINT32_MAX);
        return;
    default: /* odd values in a well-formed message are enough */
        return;
    }
}

void mutation_make(struct mutation *mutation, const ProtobufCMessageDescriptor *type,
                   struct buf *bytes)
{
    append_message(mutation, type, 0, bytes);
    damage(mutation, type, bytes);
}
