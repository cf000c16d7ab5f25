#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "proto/api.pb-c.h"
#include "shim/base/cleanup.h"
#include "test/lib/pbjson.h"

static int make_arena(void **state)
{
    *state = arena_create();
    return 0;
}

static int free_arena(void **state)
{
    arena_destroy(*state);
    return 0;
}

static ProtobufCMessage *parse(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                               const char *text)
{
    struct err err = ERR_INIT;
    json_error_t error;
    ProtobufCMessage *message = NULL;
    json_t *json = arena_json(arena, json_loads(text, JSON_ALLOW_NUL, &error));
    if (json == NULL)
        fail_msg("%s", error.text);
    if (!pbjson_parse(arena, descriptor, json, &message, &err))
        fail_msg("%s", err.text);
    return message;
}

static void assert_formats(const ProtobufCMessage *message, enum pbjson_fields fields,
                           const char *text)
{
    json_t *wanted = json_loads(text, JSON_ALLOW_NUL, NULL), *got = pbjson_format(message, fields);
    auto_free char *got_text = json_dumps(got, JSON_COMPACT);
    if (!json_equal(wanted, got))
        fail_msg("%s\nis not %s", got_text, text);
    json_decref(wanted);
    json_decref(got);
}

/* To a message, to bytes, back to a message and to JSON: nothing is lost. */
static void assert_round_trip(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                              const char *text)
{
    ProtobufCMessage *message = parse(arena, descriptor, text);
    uint8_t *bytes = arena_alloc(arena, protobuf_c_message_get_packed_size(message));
    size_t length = protobuf_c_message_pack(message, bytes);
    message = protobuf_c_message_unpack(descriptor, arena_protobuf(arena), length, bytes);
    assert_non_null(message);
    assert_formats(message, PBJSON_NONZERO, text);
}

static void nothing_is_lost(void **state)
{
    assert_round_trip(
        *state, &cri__run_pod_sandbox_request__descriptor,
        "{\"config\": {\"metadata\": {\"name\": \"n\\u00e9\", \"attempt\": 4294967295},"
        " \"labels\": {\"a\": \"1\", \"b\": \"\"},"
        " \"dns_config\": {\"servers\": [\"1.1.1.1\", \"\"]},"
        " \"port_mappings\": [{\"protocol\": \"UDP\", \"container_port\": -1}, {\"protocol\": "
        "\"TCP\"}],"
        " \"linux\": {\"security_context\": {\"privileged\": true, \"supplemental_groups\":"
        " [9223372036854775807, -9223372036854775808],"
        " \"namespace_options\": {\"network\": \"NODE\", \"pid\": \"CONTAINER\", \"ipc\": \"POD\"},"
        " \"supplemental_groups_policy\": \"Strict\"}}}, \"runtime_handler\": \"r\"}");
}

static void zeros_are_shown_or_not(void **state)
{
    ProtobufCMessage *message = parse(*state, &cri__exec_sync_response__descriptor, "{}");
    assert_formats(message, PBJSON_ALL, "{\"stdout\": \"\", \"stderr\": \"\", \"exit_code\": 0}");
    assert_formats(message, PBJSON_NONZERO, "{}");
    message = parse(*state, &cri__container_filter__descriptor, "{\"state\": {}}");
    assert_formats(message, PBJSON_ALL,
                   "{\"id\": \"\", \"state\": {\"state\": \"CONTAINER_CREATED\"},"
                   " \"pod_sandbox_id\": \"\", \"label_selector\": {}}");
    assert_formats(message, PBJSON_NONZERO, "{\"state\": {\"state\": \"CONTAINER_CREATED\"}}");
}

static void bytes_are_text_or_base64(void **state)
{
    const char *text = "{\"stdout\": \"a\\u0000\\u00e9\", \"stderr\": {\"base64\": \"/wA=\"}}";
    const Cri__ExecSyncResponse *response =
        (const void *)parse(*state, &cri__exec_sync_response__descriptor, text);
    assert_int_equal(response->stdout.len, 4);
    assert_memory_equal(response->stdout.data, "a\0\xc3\xa9", 4);
    assert_int_equal(response->stderr.len, 2);
    assert_memory_equal(response->stderr.data, "\xff\0", 2);
    assert_formats(&response->base, PBJSON_NONZERO, text);
}

static void enums_by_name_or_number(void **state)
{
    const Cri__NamespaceOption *options =
        (const void *)parse(*state, &cri__namespace_option__descriptor,
                            "{\"network\": \"TARGET\", \"pid\": 2, \"ipc\": 77}");
    assert_int_equal(options->network, CRI__NAMESPACE_MODE__TARGET);
    assert_int_equal(options->pid, CRI__NAMESPACE_MODE__NODE);
    assert_formats(&options->base, PBJSON_NONZERO,
                   "{\"network\": \"TARGET\", \"pid\": \"NODE\", \"ipc\": 77}");
}

static void text_that_is_not_utf8_is_cleaned(void **state)
{
    (void)state;
    Cri__VersionResponse response = CRI__VERSION_RESPONSE__INIT;
    response.version = "a\xff";
    assert_formats(&response.base, PBJSON_NONZERO, "{\"version\": \"a\\ufffd\"}");
}

static void null_leaves_a_field_unset(void **state)
{
    const Cri__RunPodSandboxRequest *request = (const void *)parse(
        *state, &cri__run_pod_sandbox_request__descriptor, "{\"config\": null}");
    assert_null(request->config);
}

static void what_is_wrong_is_named(void **state)
{
    static const char *const CASES[][2] = {
        {"{\"config\": {\"metadata\": {\"nmae\": \"\"}}}", "config.metadata.nmae: no such field"},
        {"{\"config\": {\"hostname\": 1}}", "config.hostname: wants a string"},
        {"{\"config\": {\"labels\": []}}", "config.labels: wants an object"},
        {"{\"config\": {\"labels\": {\"a\": 1}}}", "config.labels.a.value: wants a string"},
        {"{\"config\": {\"port_mappings\": {}}}", "config.port_mappings: wants a list"},
        {"{\"config\": {\"port_mappings\": [{\"protocol\": \"ICMP\"}]}}",
         "config.port_mappings.0.protocol: no such name in the enum"},
        {"{\"config\": {\"port_mappings\": [{\"host_port\": \"1\"}]}}",
         "config.port_mappings.0.host_port: wants an integer"},
        {"{\"config\": []}", "config: wants an object"},
        {"[]", "the message: wants an object"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct err err = ERR_INIT;
        ProtobufCMessage *message;
        json_t *json = arena_json(*state, json_loads(CASES[i][0], 0, NULL));
        assert_false(
            pbjson_parse(*state, &cri__run_pod_sandbox_request__descriptor, json, &message, &err));
        assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
        if (strncmp(err.text, CASES[i][1], strlen(CASES[i][1])) != 0)
            fail_msg("%s", err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_lost, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(zeros_are_shown_or_not, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(bytes_are_text_or_base64, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(enums_by_name_or_number, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(text_that_is_not_utf8_is_cleaned, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(null_leaves_a_field_unset, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named, make_arena, free_arena),
    };
    return cmocka_run_group_tests_name("pbjson", tests, NULL, NULL);
}
