/*
 * Translations into Docker documents, case by case from test/golden. A file there is a list of
 * cases; the first case of minimal.json is whole, a request and its document. Every other case says
 * how its request differs ("request") and how the document does ("changes"), both as JSON merge
 * patches (RFC 7396), or which error comes out. The whole document is compared all the same.
 *
 * Messages are written as JSON with the field names of proto/api.proto: enum values by name, maps
 * as objects.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/base/alloc.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"
#include "shim/translate/container_create.h"
#include "shim/translate/json.h"
#include "shim/translate/sandbox_create.h"

/* A new document: `base` with `patch` merged into it. */
static json_t *merge(const json_t *base, json_t *patch)
{
    if (!json_is_object(patch))
        return json_deep_copy(patch);
    json_t *merged = json_is_object(base) ? json_deep_copy(base) : json_object();
    const char *key;
    json_t *value;
    json_object_foreach (patch, key, value) {
        if (json_is_null(value))
            (void)json_object_del(merged, key); /* it may have been missing */
        else
            json_object_set_new(merged, key, merge(json_object_get(merged, key), value));
    }
    return merged;
}

static ProtobufCMessage *read_message(struct arena *arena, const ProtobufCMessageDescriptor *type,
                                      json_t *json);

static int read_enum(const ProtobufCEnumDescriptor *type, const json_t *json)
{
    if (json_is_integer(json)) /* a value that the protocol does not know */
        return (int)json_integer_value(json);
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value_by_name(type, json_string_value(json));
    if (value == NULL) {
        fail_msg("%s has no value %s", type->name, json_string_value(json));
        return 0;
    }
    return value->value;
}

static void read_value(struct arena *arena, const ProtobufCFieldDescriptor *field, void *member,
                       json_t *json)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)member = read_message(arena, field->descriptor, json);
        break;
    case PROTOBUF_C_TYPE_STRING:
        assert_true(json_is_string(json));
        *(const char **)member = arena_strdup(arena, json_string_value(json));
        break;
    case PROTOBUF_C_TYPE_BYTES:
        assert_true(json_is_string(json));
        *(ProtobufCBinaryData *)member = (ProtobufCBinaryData){
            .len = json_string_length(json),
            .data = (uint8_t *)arena_strdup(arena, json_string_value(json)),
        };
        break;
    case PROTOBUF_C_TYPE_BOOL:
        assert_true(json_is_boolean(json));
        *(protobuf_c_boolean *)member = json_is_true(json);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)member = read_enum(field->descriptor, json);
        break;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
        assert_true(json_is_integer(json));
        *(int32_t *)member = (int32_t)json_integer_value(json);
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        assert_true(json_is_integer(json));
        *(int64_t *)member = json_integer_value(json);
        break;
    default:
        fail_msg("%s has a type that no test has used so far", field->name);
    }
}

static size_t size_of(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        return sizeof(int64_t);
    default:
        return sizeof(void *); /* strings and messages */
    }
}

/* {"key": "value"} as the entries that a map field is made of. */
static json_t *map_entries(json_t *json)
{
    json_t *entries = json_array();
    const char *key;
    json_t *value;
    json_object_foreach (json, key, value) {
        json_t *entry = json_pack("{ssso}", "key", key, "value", json_incref(value));
        json_array_append_new(entries, entry);
    }
    return entries;
}

static void read_repeated(struct arena *arena, const ProtobufCFieldDescriptor *field,
                          ProtobufCMessage *message, json_t *json)
{
    char *at = (char *)message;
    json_t *list = json_is_object(json) ? map_entries(json) : json_incref(json);
    arena_json(arena, list);
    assert_true(json_is_array(list));
    size_t count = json_array_size(list), size = size_of(field);
    char *values = arena_array(arena, count, size);
    for (size_t i = 0; i < count; i++)
        read_value(arena, field, values + i * size, json_array_get(list, i));
    *(size_t *)(void *)(at + field->quantifier_offset) = count;
    *(void **)(void *)(at + field->offset) = values;
}

static ProtobufCMessage *read_message(struct arena *arena, const ProtobufCMessageDescriptor *type,
                                      json_t *json)
{
    if (json == NULL)
        return NULL;
    ProtobufCMessage *message = arena_alloc(arena, type->sizeof_message);
    type->message_init(message);
    const char *name;
    json_t *value;
    assert_true(json_is_object(json));
    json_object_foreach (json, name, value) {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(type, name);
        if (field == NULL) {
            fail_msg("%s has no field %s", type->name, name);
            return NULL;
        }
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            read_repeated(arena, field, message, value);
        else
            read_value(arena, field, (char *)message + field->offset, value);
    }
    return message;
}

static void read_engine(struct arena *arena, json_t *json, struct engine *engine)
{
    json_t *runtimes = json_object_get(json, "runtimes"), *recursive_readonly;
    struct engine_runtime *list = arena_array(arena, json_object_size(runtimes), sizeof(*list));
    *engine = (struct engine){
        .version = json_text_at(json, "version"),
        .api_version = (int)json_int_at(json, "api_version"),
        .systemd_cgroup = json_bool_at(json, "systemd_cgroup"),
        .cgroup_version = (int)json_int_at(json, "cgroup_version"),
        .default_runtime = json_text_at(json, "default_runtime"),
        .runtimes = list,
        .apparmor = json_bool_at(json, "apparmor"),
        .seccomp = json_bool_at(json, "seccomp"),
        .selinux = json_bool_at(json, "selinux"),
    };
    const char *name;
    json_object_foreach (runtimes, name, recursive_readonly) {
        list[engine->runtime_count++] = (struct engine_runtime){
            .name = name,
            .recursive_readonly = json_is_true(recursive_readonly),
        };
    }
}

static bool run_container_create(struct arena *arena, const json_t *request,
                                 const struct engine *engine, json_t **ret_document,
                                 struct err *err)
{
    const struct container_create in = {
        .config = (Cri__ContainerConfig *)read_message(arena, &cri__container_config__descriptor,
                                                       json_object_get(request, "config")),
        .sandbox_config =
            (Cri__PodSandboxConfig *)read_message(arena, &cri__pod_sandbox_config__descriptor,
                                                  json_object_get(request, "sandbox_config")),
        .sandbox = json_object_get(request, "sandbox"),
        .target = json_object_get(request, "target"),
        .seccomp_profile = json_string_value(json_object_get(request, "seccomp_profile")),
        .cri_log = !json_bool_at(request, "symlink_log"),
        .engine = engine,
    };
    const char *path = json_string_value(json_object_get(request, "seccomp_path"));
    const char *found = container_seccomp_path(in.config);
    assert_string_equal(found != NULL ? found : "none", path != NULL ? path : "none");
    return translate_container_create(arena, &in, ret_document, err);
}

static bool run_sandbox_create(struct arena *arena, const json_t *request,
                               const struct engine *engine, json_t **ret_document, struct err *err)
{
    const struct sandbox_create in = {
        .config = (Cri__PodSandboxConfig *)read_message(arena, &cri__pod_sandbox_config__descriptor,
                                                        json_object_get(request, "config")),
        .runtime_handler = json_text_at(request, "runtime_handler"),
        .image = json_text_at(request, "image"),
        .resolv_conf = json_string_value(json_object_get(request, "resolv_conf")),
        .network_mode = json_text_at(request, "network_mode"),
        .publish_ports = json_bool_at(request, "publish_ports"),
        .seccomp_profile = json_string_value(json_object_get(request, "seccomp_profile")),
        .engine = engine,
    };
    const char *path = json_string_value(json_object_get(request, "seccomp_path"));
    const char *found = sandbox_seccomp_path(in.config);
    assert_string_equal(found != NULL ? found : "none", path != NULL ? path : "none");
    return translate_sandbox_create(arena, &in, ret_document, err);
}

static const Cri__LinuxContainerResources *read_resources(struct arena *arena,
                                                          const json_t *request)
{
    return (Cri__LinuxContainerResources *)read_message(
        arena, &cri__linux_container_resources__descriptor, json_object_get(request, "linux"));
}

static bool run_update(struct arena *arena, const json_t *request, const struct engine *engine,
                       json_t **ret_document, struct err *err)
{
    const json_t *container = json_object_get(request, "container");
    if (!translate_update(arena, read_resources(arena, request), container, engine, ret_document,
                          err))
        return false;
    if (*ret_document == NULL)
        *ret_document = arena_json(arena, json_string("nothing to do"));
    return true;
}

static bool run_cgroup_write(struct arena *arena, const json_t *request,
                             const struct engine *engine, json_t **ret_document, struct err *err)
{
    struct cgroup_write *writes;
    size_t count;
    if (!translate_cgroup_writes(arena, read_resources(arena, request), engine, &writes, &count,
                                 err))
        return false;
    *ret_document = arena_json(arena, json_array());
    for (size_t i = 0; i < count; i++)
        json_array_append_new(*ret_document,
                              json_sprintf("%s = %s", writes[i].file, writes[i].value));
    return true;
}

struct suite {
    const char *name; /* a folder of test/golden */
    bool (*run)(struct arena *arena, const json_t *request, const struct engine *engine,
                json_t **ret_document, struct err *err);
};

struct golden {
    const struct suite *suite;
    json_t *minimal; /* the first case of minimal.json */
    json_t *entry;
};

static char *pretty(json_t *document)
{
    return json_dumps(document, JSON_SORT_KEYS | JSON_INDENT(2) | JSON_ENCODE_ANY);
}

/* What the case says must come out. */
static json_t *expected(struct arena *arena, const struct golden *golden)
{
    json_t *error = json_object_get(golden->entry, "error");
    json_t *document = json_object_get(golden->entry, "document");
    json_t *changes = json_object_get(golden->entry, "changes");
    assert_int_equal((error != NULL) + (document != NULL) + (changes != NULL), 1);
    if (changes != NULL)
        return arena_json(arena, merge(json_object_get(golden->minimal, "document"), changes));
    return error != NULL ? error : document;
}

static void golden_case(void **state)
{
    const struct golden *golden = *state;
    struct arena *arena = arena_create();
    json_t *patch = json_object_get(golden->entry, "request");
    json_t *request = arena_json(arena, merge(json_object_get(golden->minimal, "request"), patch));
    struct engine engine;
    read_engine(arena, json_object_get(request, "engine"), &engine);

    struct err err = ERR_INIT;
    json_t *document = NULL;
    if (!golden->suite->run(arena, request, &engine, &document, &err))
        document = arena_json(arena, json_sprintf("%s: %s", code_name(err.code), err.text));

    char *got = pretty(document), *want = pretty(expected(arena, golden));
    assert_non_null(got);
    assert_string_equal(got, want);
    free(got);
    free(want);
    arena_destroy(arena);
}

/* Everything below lives as long as the process: cmocka runs the tests from one table. */
struct table {
    struct CMUnitTest *tests;
    size_t count;
    struct arena *arena;
};

static json_t *load(struct arena *arena, const char *path)
{
    json_error_t json_err;
    json_t *list = json_load_file(path, JSON_REJECT_DUPLICATES, &json_err);
    if (list == NULL || json_array_size(list) == 0) {
        fprintf(stderr, "%s:%d: %s\n", path, json_err.line, json_err.text);
        exit(1);
    }
    return arena_json(arena, list);
}

static void add_file(struct table *table, const struct suite *suite, json_t *minimal,
                     const char *path)
{
    json_t *list = load(table->arena, path), *entry;
    size_t index;
    table->tests =
        xrealloc(table->tests, (table->count + json_array_size(list)) * sizeof(*table->tests));
    json_array_foreach (list, index, entry) {
        struct golden *golden = arena_alloc(table->arena, sizeof(*golden));
        *golden = (struct golden){.suite = suite, .minimal = minimal, .entry = entry};
        table->tests[table->count++] = (struct CMUnitTest){
            .name = arena_printf(table->arena, "%s: %s", path, json_text_at(entry, "about")),
            .test_func = golden_case,
            .initial_state = golden,
        };
    }
}

static void add_suite(struct table *table, const struct suite *suite)
{
    const char *pattern = arena_printf(table->arena, "test/golden/%s/*.json", suite->name);
    json_t *minimal =
        load(table->arena, arena_printf(table->arena, "test/golden/%s/minimal.json", suite->name));
    glob_t files;
    if (glob(pattern, 0, NULL, &files) != 0)
        exit(1);
    for (size_t i = 0; i < files.gl_pathc; i++)
        add_file(table, suite, json_array_get(minimal, 0), files.gl_pathv[i]);
    globfree(&files);
}

int main(void)
{
    static const struct suite suites[] = {
        {"container_create", run_container_create},
        {"sandbox_create", run_sandbox_create},
        {"update", run_update},
        {"cgroup_write", run_cgroup_write},
    };
    struct table table = {.arena = arena_create()};
    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
        add_suite(&table, &suites[i]);
    int failed = _cmocka_run_group_tests("golden", table.tests, table.count, NULL, NULL);
    free(table.tests);
    arena_destroy(table.arena);
    return failed;
}
