/*
 * The messages and services that the daemon links say what proto/contract.tsv says, as far as
 * protobuf-c's descriptors can tell: they do not know which rpcs are streams.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/api.pb-c.h"
#include "shim/base/cleanup.h"
#include "test/contract/contract.h"

#define CONTRACT_TSV "proto/contract.tsv"
#define PACKAGE "runtime.v1."

static struct contract wanted, actual;

static const char *local(const char *name)
{
    return strncmp(name, PACKAGE, strlen(PACKAGE)) == 0 ? name + strlen(PACKAGE) : name;
}

/* CRI nests no messages of its own, so a nested one is the entry of a map. */
static bool is_map_entry(const ProtobufCMessageDescriptor *message)
{
    return strchr(local(message->name), '.') != NULL;
}

static const char *element_name(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        return local(((const ProtobufCMessageDescriptor *)field->descriptor)->name);
    case PROTOBUF_C_TYPE_ENUM:
        return local(((const ProtobufCEnumDescriptor *)field->descriptor)->name);
    case PROTOBUF_C_TYPE_DOUBLE:
        return "double";
    case PROTOBUF_C_TYPE_INT64:
        return "int64";
    case PROTOBUF_C_TYPE_UINT64:
        return "uint64";
    case PROTOBUF_C_TYPE_INT32:
        return "int32";
    case PROTOBUF_C_TYPE_UINT32:
        return "uint32";
    case PROTOBUF_C_TYPE_BOOL:
        return "bool";
    case PROTOBUF_C_TYPE_STRING:
        return "string";
    case PROTOBUF_C_TYPE_BYTES:
        return "bytes";
    default:
        return "a type that CRI does not use";
    }
}

static void add_enum(const ProtobufCEnumDescriptor *values)
{
    if (contract_has_owner(&actual, local(values->name)))
        return;
    for (unsigned i = 0; i < values->n_values; i++) {
        char number[16];
        snprintf(number, sizeof(number), "%d", values->values[i].value);
        contract_add(&actual, "enum", local(values->name), number, values->values[i].name, "", "");
    }
}

static void add_field(const char *owner, const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *message =
        field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
    char number[16], type[CONTRACT_CELL_MAX];
    snprintf(number, sizeof(number), "%u", field->id);
    if (message && is_map_entry(message))
        snprintf(type, sizeof(type), "map<%s,%s>", element_name(&message->fields[0]),
                 element_name(&message->fields[1]));
    else
        snprintf(type, sizeof(type), "%s%s",
                 field->label == PROTOBUF_C_LABEL_REPEATED ? "repeated " : "", element_name(field));
    contract_add(&actual, "field", owner, number, field->name, type, "");
}

/* Adds a message and all that its fields lead to. */
static void add_message(const ProtobufCMessageDescriptor *message)
{
    const char *owner = local(message->name);
    if (is_map_entry(message) || contract_has_owner(&actual, owner))
        return;
    if (message->n_fields == 0)
        contract_add(&actual, "message", owner, "", "", "", "");
    for (unsigned i = 0; i < message->n_fields; i++)
        add_field(owner, &message->fields[i]);
    for (unsigned i = 0; i < message->n_fields; i++) {
        if (message->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            add_message(message->fields[i].descriptor);
        if (message->fields[i].type == PROTOBUF_C_TYPE_ENUM)
            add_enum(message->fields[i].descriptor);
    }
}

static void add_service(const ProtobufCServiceDescriptor *service)
{
    for (unsigned i = 0; i < service->n_methods; i++) {
        const ProtobufCMethodDescriptor *method = &service->methods[i];
        char type[CONTRACT_CELL_MAX];
        snprintf(type, sizeof(type), "%s -> %s", local(method->input->name),
                 local(method->output->name));
        contract_add(&actual, "rpc", local(service->name), "", method->name, type, "");
        add_message(method->input);
        add_message(method->output);
    }
}

static void linked_code_equals_the_contract(void **state)
{
    (void)state;
    size_t size;
    auto_free char *text = contract_read_file(CONTRACT_TSV, &size);
    assert_non_null(text);
    assert_true(contract_parse(&wanted, text));
    add_service(&cri__runtime_service__descriptor);
    add_service(&cri__image_service__descriptor);
    size_t count = contract_compare(&wanted, &actual, CONTRACT_TYPE, stderr);
    if (count > 0)
        fail_msg("the generated code deviates from " CONTRACT_TSV " in %zu points", count);
    assert_int_equal(wanted.count, actual.count);
}

/* gRPC paths are made of these names. */
static void services_have_the_names_of_their_paths(void **state)
{
    (void)state;
    assert_string_equal(cri__runtime_service__descriptor.name, "runtime.v1.RuntimeService");
    assert_string_equal(cri__image_service__descriptor.name, "runtime.v1.ImageService");
    assert_int_equal(cri__runtime_service__descriptor.n_methods, 37);
    assert_int_equal(cri__image_service__descriptor.n_methods, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linked_code_equals_the_contract),
        cmocka_unit_test(services_have_the_names_of_their_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
