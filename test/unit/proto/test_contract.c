/* proto/api.proto, as the compiler understood it, says exactly what proto/contract.tsv says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "google/protobuf/descriptor.pb-c.h"
#include "shim/base/cleanup.h"
#include "test/contract/contract.h"

#ifndef API_DESC
#define API_DESC "build/proto/api.desc"
#endif
#define CONTRACT_TSV "proto/contract.tsv"
#define PACKAGE ".runtime.v1."

typedef Google__Protobuf__DescriptorProto message_type;
typedef Google__Protobuf__FieldDescriptorProto field_type;

static Google__Protobuf__FileDescriptorSet *set;
static const Google__Protobuf__FileDescriptorProto *api;
static char *contract_text;
static struct contract wanted, actual;

/* A name of another package keeps it, and so differs from every name in the contract. */
static const char *local(const char *name)
{
    return strncmp(name, PACKAGE, strlen(PACKAGE)) == 0 ? name + strlen(PACKAGE) : name;
}

static const char *scalar_name(int type)
{
#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name
    switch (type) {
    case TYPE(DOUBLE):
        return "double";
    case TYPE(INT64):
        return "int64";
    case TYPE(UINT64):
        return "uint64";
    case TYPE(INT32):
        return "int32";
    case TYPE(UINT32):
        return "uint32";
    case TYPE(BOOL):
        return "bool";
    case TYPE(STRING):
        return "string";
    case TYPE(BYTES):
        return "bytes";
    default:
        return "a type that CRI does not use";
    }
#undef TYPE
}

static const char *element_name(const field_type *field)
{
    return field->type_name && *field->type_name ? local(field->type_name)
                                                 : scalar_name((int)field->type);
}

/* The entry type of a map field is a message nested in the one that has the field. */
static const message_type *map_entry(const message_type *message, const field_type *field)
{
    const char *last = strrchr(element_name(field), '.');
    for (size_t i = 0; last && i < message->n_nested_type; i++) {
        const message_type *nested = message->nested_type[i];
        if (nested->options && nested->options->map_entry && strcmp(nested->name, last + 1) == 0)
            return nested;
    }
    return NULL;
}

/* Whatever changes the bytes or the presence rules shows up in the text, so that it deviates. */
static void format_type(const message_type *message, const field_type *field, char *ret_text,
                        size_t size)
{
    const message_type *entry = map_entry(message, field);
    bool unpacked = field->options && field->options->has_packed && !field->options->packed;
    bool repeated = field->label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED;
    if (entry)
        snprintf(ret_text, size, "map<%s,%s>", element_name(entry->field[0]),
                 element_name(entry->field[1]));
    else
        snprintf(ret_text, size, "%s%s%s%s", field->has_oneof_index ? "oneof " : "",
                 unpacked ? "unpacked " : "", repeated ? "repeated " : "", element_name(field));
}

static void add_enum(const Google__Protobuf__EnumDescriptorProto *values, const char *owner)
{
    for (size_t i = 0; i < values->n_value; i++) {
        char number[16];
        snprintf(number, sizeof(number), "%d", (int)values->value[i]->number);
        contract_add(&actual, "enum", owner, number, values->value[i]->name, "", "");
    }
}

static char *qualified(const char *outer, const char *name)
{
    char *text = NULL;
    assert_true(asprintf(&text, "%s%s%s", outer, *outer ? "." : "", name) > 0);
    return text;
}

static void add_message(const message_type *message, const char *outer)
{
    auto_free char *owner = qualified(outer, message->name);
    if (message->n_field == 0)
        contract_add(&actual, "message", owner, "", "", "", "");
    for (size_t i = 0; i < message->n_field; i++) {
        char number[16], type[CONTRACT_CELL_MAX];
        snprintf(number, sizeof(number), "%d", (int)message->field[i]->number);
        format_type(message, message->field[i], type, sizeof(type));
        contract_add(&actual, "field", owner, number, message->field[i]->name, type, "");
    }
    for (size_t i = 0; i < message->n_enum_type; i++) {
        auto_free char *inner = qualified(owner, message->enum_type[i]->name);
        add_enum(message->enum_type[i], inner);
    }
    for (size_t i = 0; i < message->n_nested_type; i++)
        if (!message->nested_type[i]->options || !message->nested_type[i]->options->map_entry)
            add_message(message->nested_type[i], owner);
}

static void add_service(const Google__Protobuf__ServiceDescriptorProto *service)
{
    static const char *const note[2][2] = {{"unary", "server-stream"},
                                           {"client-stream", "bidirectional"}};
    for (size_t i = 0; i < service->n_method; i++) {
        const Google__Protobuf__MethodDescriptorProto *method = service->method[i];
        char type[CONTRACT_CELL_MAX];
        snprintf(type, sizeof(type), "%s -> %s", local(method->input_type),
                 local(method->output_type));
        contract_add(&actual, "rpc", service->name, "", method->name, type,
                     note[method->client_streaming != 0][method->server_streaming != 0]);
    }
}

static int load(void **state)
{
    (void)state;
    size_t size;
    contract_text = contract_read_file(CONTRACT_TSV, &size);
    assert_non_null(contract_text);
    assert_true(contract_parse(&wanted, contract_text));
    auto_free char *bytes = contract_read_file(API_DESC, &size);
    assert_non_null(bytes);
    set = google__protobuf__file_descriptor_set__unpack(NULL, size, (const uint8_t *)bytes);
    assert_non_null(set);
    assert_int_equal(set->n_file, 1);
    api = set->file[0];
    for (size_t i = 0; i < api->n_message_type; i++)
        add_message(api->message_type[i], "");
    for (size_t i = 0; i < api->n_enum_type; i++)
        add_enum(api->enum_type[i], api->enum_type[i]->name);
    for (size_t i = 0; i < api->n_service; i++)
        add_service(api->service[i]);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    free(contract_text);
    google__protobuf__file_descriptor_set__free_unpacked(set, NULL);
    return 0;
}

static void api_proto_equals_the_contract(void **state)
{
    (void)state;
    size_t count = contract_compare(&wanted, &actual, CONTRACT_NOTE, stderr);
    if (count > 0)
        fail_msg("proto/api.proto deviates from " CONTRACT_TSV " in %zu points", count);
    assert_int_equal(wanted.count, actual.count);
}

/* The package is part of every method's path; proto3 decides about packing and presence. */
static void package_and_syntax_are_those_of_cri(void **state)
{
    (void)state;
    assert_string_equal(api->package, "runtime.v1");
    assert_string_equal(api->syntax, "proto3");
}

/* The committed contract stands for api.proto here: a slip in that is told by the first test. */
static void every_kind_of_slip_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *line, *changed, *told;
    } slips[] = {
        {"field\tMount\t4\tselinux_relabel\tbool\t\n", "field\tMount\t5\tselinux_relabel\tbool\t\n",
         "field Mount.selinux_relabel: number is \"4\", must be \"5\"\n"},
        {"field\tImage\t4\tsize\tuint64\t\n", "field\tImage\t4\tsize\tint64\t\n",
         "field Image.size: type is \"uint64\", must be \"int64\"\n"},
        {"field\tExecRequest\t2\tcmd\trepeated string\t\n",
         "field\tExecRequest\t2\tcmd\tstring\t\n",
         "field ExecRequest.cmd: type is \"repeated string\", must be \"string\"\n"},
        {"field\tMetric\t1\tname\tstring\t\n", "", "field Metric.name: not in the contract\n"},
        {"message\tGetEventsRequest\t\t\t\t\n", "message\tGetEvents\t\t\t\t\n",
         "message GetEvents: missing\nmessage GetEventsRequest: not in the contract\n"},
        {"enum\tContainerState\t3\tCONTAINER_UNKNOWN\t\t\n", "",
         "enum ContainerState.CONTAINER_UNKNOWN: not in the contract\n"},
        {"enum\tNamespaceMode\t3\tTARGET\t\t\n",
         "enum\tNamespaceMode\t3\tTARGET\t\t\nenum\tNamespaceMode\t4\tGUEST\t\t\n",
         "enum NamespaceMode.GUEST: missing\n"},
        {"GetEventsRequest -> ContainerEventResponse\tserver-stream\n",
         "GetEventsRequest -> ContainerEventResponse\tunary\n",
         "rpc RuntimeService.GetContainerEvents: note is \"server-stream\", must be \"unary\"\n"},
        {"ExecRequest -> ExecResponse\tunary\n", "ExecRequest -> AttachResponse\tunary\n",
         "rpc RuntimeService.Exec: type is \"ExecRequest -> ExecResponse\", must be "
         "\"ExecRequest -> AttachResponse\"\n"},
    };
    for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
        const char *at = strstr(contract_text, slips[i].line);
        if (!at)
            fail_msg("not a line of the contract: %s", slips[i].line);
        auto_free char *text = NULL;
        assert_true(asprintf(&text, "%.*s%s%s", (int)(at - contract_text), contract_text,
                             slips[i].changed, at + strlen(slips[i].line)) > 0);
        auto_free struct contract *changed = calloc(1, sizeof(*changed));
        assert_non_null(changed);
        assert_true(contract_parse(changed, text));
        auto_free char *told = NULL;
        size_t size;
        FILE *report = open_memstream(&told, &size);
        assert_non_null(report);
        assert_true(contract_compare(changed, &wanted, CONTRACT_NOTE, report) > 0);
        fclose(report);
        assert_string_equal(told, slips[i].told);
    }
}

static void a_damaged_contract_is_refused(void **state)
{
    (void)state;
    static const char heading[] = "kind\towner\tnumber\tname\ttype\tnote\n";
    static const char *const rows[] = {"field\tA\t1\tb\tstring\n", "field\tA\t1\tb\tstring\t\t\n",
                                       "\n", heading};
    auto_free struct contract *contract = calloc(1, sizeof(*contract));
    assert_non_null(contract);
    assert_false(contract_parse(contract, ""));
    assert_false(contract_parse(contract, "field\tA\t1\tb\tstring\t\n"));
    assert_true(contract_parse(contract, heading));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[256];
        snprintf(text, sizeof(text), "%s%s", heading, rows[i]);
        assert_false(contract_parse(contract, text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(api_proto_equals_the_contract),
        cmocka_unit_test(package_and_syntax_are_those_of_cri),
        cmocka_unit_test(every_kind_of_slip_is_told),
        cmocka_unit_test(a_damaged_contract_is_refused),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
