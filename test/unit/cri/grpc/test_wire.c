/* wire: good bytes become messages, bad ones an error that names the field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cri/grpc/codec.h"
#include "cri/grpc/wire.h"
#include "proto/api.pb-c.h"
#include "shim/base/alloc.h"
#include "shim/base/cleanup.h"

#define RUN_POD &cri__run_pod_sandbox_request__descriptor
#define VERSION &cri__version_request__descriptor
#define PORT_FORWARD &cri__port_forward_request__descriptor

static void refuses(const ProtobufCMessageDescriptor *type, const void *bytes, size_t length,
                    const char *text)
{
    struct arena *arena = arena_create();
    struct err err = ERR_INIT;
    ProtobufCMessage *message;
    auto_free void *copy = memcpy(xmalloc(length), bytes, length); /* so that overruns are seen */
    assert_false(codec_unpack(type, arena, copy, length, &message, &err));
    assert_string_equal(err.text, text);
    assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    arena_destroy(arena);
}

/* For literals: without the NUL that ends them. */
#define REFUSES(type, literal, text) refuses(type, literal, sizeof(literal) - 1, text)

static void *unpack(struct arena *arena, const ProtobufCMessageDescriptor *type, const void *bytes,
                    size_t length)
{
    struct err err = ERR_INIT;
    ProtobufCMessage *message = NULL;
    if (!codec_unpack(type, arena, bytes, length, &message, &err))
        fail_msg("%s", err.text);
    assert_ptr_equal(message->descriptor, type);
    return message;
}

#define UNPACK(arena, type, literal) unpack(arena, type, literal, sizeof(literal) - 1)

static void good_messages_are_unpacked(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    const Cri__VersionRequest *empty = unpack(arena, VERSION, NULL, 0);
    assert_string_equal(empty->version, "");
    const Cri__VersionRequest *version = UNPACK(arena, VERSION, "\x0a\x05v1\xc3\xa4z");
    assert_string_equal(version->version, "v1\xc3\xa4z");
    const Cri__RunPodSandboxRequest *run =
        UNPACK(arena, RUN_POD,
               "\x0a\x0f\x0a\x07\x0a\x03pod\x20\x02\x32\x04\x0a\x02"
               "ab"
               "\x12\x01h");
    assert_string_equal(run->config->metadata->name, "pod");
    assert_int_equal(run->config->metadata->attempt, 2);
    assert_string_equal(run->config->labels[0]->key, "ab");
    assert_string_equal(run->runtime_handler, "h");
    arena_destroy(arena);
}

static void repeated_numbers_may_be_packed_or_not(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    const Cri__PortForwardRequest *forward =
        UNPACK(arena, PORT_FORWARD, "\x12\x03\x50\xbb\x03\x10\x16\x12\x00");
    assert_int_equal(forward->n_port, 3);
    assert_int_equal(forward->port[0], 80);
    assert_int_equal(forward->port[1], 443);
    assert_int_equal(forward->port[2], 22);
    arena_destroy(arena);
}

static void unknown_fields_of_every_kind_pass(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    const Cri__VersionRequest *version =
        UNPACK(arena, VERSION,
               "\x98\x06\x07"             /* 99: a number */
               "\x99\x06"                 /* 99: eight bytes */
               "12345678"                 /* */
               "\x9a\x06\x03\xff\x00\x80" /* 99: what might be a string is not looked into */
               "\x9d\x06"                 /* 99: four bytes */
               "1234"                     /* */
               "\xf8\xff\xff\xff\x0f\x01" /* the largest field number */
               "\x0a\x02v1");
    assert_string_equal(version->version, "v1");
    arena_destroy(arena);
}

static void strings_are_text_without_nul(void **state)
{
    (void)state;
    REFUSES(VERSION, "\x0a\x02v\xff", "version is not valid UTF-8");
    REFUSES(VERSION, "\x0a\x03\xed\xa0\x80", "version is not valid UTF-8"); /* a surrogate */
    REFUSES(VERSION, "\x0a\x03v\x00w", "version holds a NUL byte");
    REFUSES(VERSION,
            "\x0a\x0c"
            "aaaaaaaaaaa\xc3",
            "version is not valid UTF-8");
    REFUSES(VERSION,
            "\x0a\x0a"
            "a\xff"
            "aaaaaaaa",
            "version is not valid UTF-8");
}

static void the_path_leads_to_the_field(void **state)
{
    (void)state;
    REFUSES(RUN_POD, "\x0a\x05\x0a\x03\x0a\x01\xff", "config.metadata.name is not valid UTF-8");
    /* The third label's value. */
    REFUSES(RUN_POD,
            "\x0a\x12\x12\x01h\x32\x00\x32\x03\x0a\x01"
            "a\x32\x06\x0a\x01"
            "b\x12\x01\xff",
            "config.labels[2].value is not valid UTF-8");
    /* A repeated string has an index, a run of numbers has none. */
    REFUSES(RUN_POD,
            "\x0a\x08\x22\x06\x0a\x01"
            "a\x0a\x01\xff",
            "config.dns_config.servers[1] is not valid UTF-8");
    REFUSES(PORT_FORWARD, "\x10\x50\x12\x02\x50\xff", "port is not a well-formed number");
    /* What has no name has a number, or a place. */
    REFUSES(RUN_POD, "\x0a\x06\x0a\x04\x9a\x06\x05x",
            "field 99 of config.metadata runs past the end of its message");
    REFUSES(RUN_POD, "\x9a\x06\x05x",
            "field 99 of RunPodSandboxRequest runs past the end of its message");
    REFUSES(RUN_POD, "\x12\x01h\x0a\x02\x0a\x80", "config.metadata has a malformed length");
    REFUSES(RUN_POD, "\x0a\x04\x12\x01h\x80", "byte 3 of config has a malformed tag");
}

static void a_cut_off_value_is_refused(void **state)
{
    (void)state;
    REFUSES(VERSION, "\x0a\x05v1", "version runs past the end of its message");
    REFUSES(VERSION, "\x0a", "version has a malformed length");
    REFUSES(VERSION, "\x0a\xff\xff\xff\xff\x0f", "version runs past the end of its message");
    REFUSES(VERSION, "\x0a\x81\x80\x80\x80\x80\x00x", "version has a malformed length");
    REFUSES(VERSION,
            "\x99\x06"
            "1234567",
            "field 99 of VersionRequest runs past the end of its message");
    REFUSES(VERSION,
            "\x9d\x06"
            "123",
            "field 99 of VersionRequest runs past the end of its message");
    /* A sub-message ends within what holds it, a field within its sub-message. */
    REFUSES(RUN_POD, "\x0a\x02\x0a\x05xxxxx", "config.metadata runs past the end of its message");
}

static void numbers_have_at_most_64_bits(void **state)
{
    (void)state;
    REFUSES(RUN_POD, "\x0a\x04\x0a\x02\x20\x80",
            "config.metadata.attempt is not a well-formed number");
    REFUSES(RUN_POD, "\x0a\x0d\x0a\x0b\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
            "config.metadata.attempt is not a well-formed number");
    REFUSES(&cri__stop_container_request__descriptor,
            "\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "timeout is not a well-formed number");
    REFUSES(&cri__stop_container_request__descriptor,
            "\x10\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00",
            "timeout is not a well-formed number");
    struct arena *arena = arena_create();
    const Cri__StopContainerRequest *stop = UNPACK(arena, &cri__stop_container_request__descriptor,
                                                   "\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    assert_int_equal(stop->timeout, -1);
    arena_destroy(arena);
}

static void tags_are_well_formed(void **state)
{
    (void)state;
    REFUSES(VERSION, "\x00\x01", "byte 0 of VersionRequest has a malformed tag");
    REFUSES(VERSION, "\x80\x00\x01", "byte 0 of VersionRequest has a malformed tag");
    REFUSES(VERSION, "\xff\xff\xff\xff\xff\x01", "byte 0 of VersionRequest has a malformed tag");
    REFUSES(VERSION, "\x88\x80\x80\x80\x10\x01", "byte 0 of VersionRequest has a malformed tag");
    REFUSES(VERSION, "\x0a\x01v\xff", "byte 3 of VersionRequest has a malformed tag");
}

static void wire_types_fit_the_field(void **state)
{
    (void)state;
    const char *other = "version has the wire type of another kind of field";
    REFUSES(VERSION, "\x08\x01", other);
    REFUSES(VERSION,
            "\x09"
            "12345678",
            other);
    REFUSES(VERSION,
            "\x0d"
            "1234",
            other);
    REFUSES(RUN_POD, "\x08\x01", "config has the wire type of another kind of field");
    REFUSES(PORT_FORWARD,
            "\x15"
            "1234",
            "port has the wire type of another kind of field");
    /* A number that is not repeated has no packed form. */
    REFUSES(&cri__stop_container_request__descriptor, "\x12\x01\x05",
            "timeout has the wire type of another kind of field");
    REFUSES(VERSION, "\x0b\x0c", "version has a wire type that does not exist");
    REFUSES(VERSION, "\x9b\x06\x9c\x06",
            "field 99 of VersionRequest has a wire type that does not exist");
    REFUSES(VERSION, "\x0e", "version has a wire type that does not exist");
}

/* A type that holds itself, which CRI has not, as a bomb of nested messages would need. */
static const ProtobufCMessageDescriptor nested_type;
static const ProtobufCFieldDescriptor nested_fields[] = {{.name = "next",
                                                          .id = 1,
                                                          .label = PROTOBUF_C_LABEL_NONE,
                                                          .type = PROTOBUF_C_TYPE_MESSAGE,
                                                          .offset = sizeof(ProtobufCMessage),
                                                          .descriptor = &nested_type}};
static const ProtobufCIntRange nested_ranges[] = {{1, 0}, {0, 1}};
static const ProtobufCMessageDescriptor nested_type = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "Nested",
    .short_name = "Nested",
    .sizeof_message = sizeof(ProtobufCMessage) + sizeof(void *),
    .n_fields = 1,
    .fields = nested_fields,
    .n_field_ranges = 1,
    .field_ranges = nested_ranges};

static void nesting_is_bounded(void **state)
{
    (void)state;
    /* From the inside out: each level holds all that follows, in a length of five bytes. */
    enum { LEVELS = 20000, LEVEL_BYTES = 6 };
    auto_free uint8_t *bytes = xmalloc((size_t)LEVELS * LEVEL_BYTES);
    for (size_t i = 0; i < LEVELS; i++) {
        size_t rest = (LEVELS - 1 - i) * LEVEL_BYTES;
        uint8_t *at = bytes + i * LEVEL_BYTES;
        *at++ = 0x0a;
        for (int shift = 0; shift < 28; shift += 7)
            *at++ = (uint8_t)(0x80 | (rest >> shift & 0x7f));
        *at++ = 0;
    }
    struct err err = ERR_INIT;
    assert_false(wire_check(&nested_type, bytes, (size_t)LEVELS * LEVEL_BYTES, SIZE_MAX, &err));
    assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "next.next.next.next"));
    assert_non_null(strstr(err.text, " is nested too deeply"));
    size_t depth = WIRE_DEPTH_MAX;
    size_t offset = (LEVELS - depth) * LEVEL_BYTES;
    assert_false(wire_check(&nested_type, bytes + offset, depth * LEVEL_BYTES, SIZE_MAX, &err));
    offset += LEVEL_BYTES;
    assert_true(
        wire_check(&nested_type, bytes + offset, (depth - 1) * LEVEL_BYTES, SIZE_MAX, &err));
}

/* `count` times the same field. */
static uint8_t *repeat(const char *field, size_t length, size_t count)
{
    uint8_t *bytes = xmalloc(length * count);
    for (size_t i = 0; i < count; i++)
        memcpy(bytes + i * length, field, length);
    return bytes;
}

static void the_number_of_fields_is_bounded(void **state)
{
    (void)state;
    size_t most = WIRE_REQUEST_FIELDS_MAX;
    struct err err = ERR_INIT;
    auto_free uint8_t *unknown = repeat("\x98\x06\x01", 3, most + 1);
    assert_true(wire_check(VERSION, unknown, 3 * most, most, &err));
    refuses(VERSION, unknown, 3 * (most + 1),
            "field 99 of VersionRequest is one field too many for one message");
    auto_free uint8_t *ports = repeat("\x10\x01", 2, most + 1);
    assert_true(wire_check(PORT_FORWARD, ports, 2 * most, most, &err));
    refuses(PORT_FORWARD, ports, 2 * (most + 1), "port is one field too many for one message");
    /* Packed: tag, length of three bytes, then the numbers, one byte each. */
    auto_free uint8_t *packed = repeat("\x01", 1, most + 4);
    packed[0] = 0x12;
    packed[1] = (uint8_t)(0x80 | (most & 0x7f));
    packed[2] = (uint8_t)(0x80 | (most >> 7 & 0x7f));
    packed[3] = (uint8_t)(most >> 14);
    refuses(PORT_FORWARD, packed, most + 4, "port is one field too many for one message");
}

static void a_message_given_twice_is_merged_but_not_for_ever(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    const Cri__RunPodSandboxRequest *run =
        UNPACK(arena, RUN_POD, "\x0a\x03\x12\x01h\x0a\x05\x0a\x03\x0a\x01n");
    assert_string_equal(run->config->hostname, "h");
    assert_string_equal(run->config->metadata->name, "n");
    arena_destroy(arena);
    size_t count = 100;
    auto_free uint8_t *bytes = repeat("\x0a\x02\x32\x00", 4, count);
    refuses(RUN_POD, bytes, 4 * count, "config is one field too many for one message");
}

static void packed_booleans_are_single_bytes(void **state)
{
    (void)state;
    static const ProtobufCFieldDescriptor fields[] = {{.name = "flags",
                                                       .id = 1,
                                                       .label = PROTOBUF_C_LABEL_REPEATED,
                                                       .type = PROTOBUF_C_TYPE_BOOL,
                                                       .flags = PROTOBUF_C_FIELD_FLAG_PACKED}};
    static const ProtobufCIntRange ranges[] = {{1, 0}, {0, 1}};
    static const ProtobufCMessageDescriptor type = {.magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
                                                    .short_name = "Flags",
                                                    .n_fields = 1,
                                                    .fields = fields,
                                                    .n_field_ranges = 1,
                                                    .field_ranges = ranges};
    struct err err = ERR_INIT;
    assert_true(wire_check(&type, "\x0a\x02\x00\x01", 4, SIZE_MAX, &err));
    REFUSES(&type, "\x0a\x01\x02", "flags is not a list of booleans");
    REFUSES(&type, "\x0a\x02\x81\x00", "flags is not a list of booleans");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_messages_are_unpacked),
        cmocka_unit_test(repeated_numbers_may_be_packed_or_not),
        cmocka_unit_test(unknown_fields_of_every_kind_pass),
        cmocka_unit_test(strings_are_text_without_nul),
        cmocka_unit_test(the_path_leads_to_the_field),
        cmocka_unit_test(a_cut_off_value_is_refused),
        cmocka_unit_test(numbers_have_at_most_64_bits),
        cmocka_unit_test(tags_are_well_formed),
        cmocka_unit_test(wire_types_fit_the_field),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(the_number_of_fields_is_bounded),
        cmocka_unit_test(a_message_given_twice_is_merged_but_not_for_ever),
        cmocka_unit_test(packed_booleans_are_single_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
