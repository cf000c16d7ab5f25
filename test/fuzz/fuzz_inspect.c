/* Any JSON as each of Docker's documents: every translator takes it, and what goes to CRI is clean.
 * A file of test/golden/status is a seed: its documents are taken one by one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shim/base/utf8.h"
#include "shim/translate/container_status.h"
#include "shim/translate/engine.h"
#include "shim/translate/exec.h"
#include "shim/translate/image.h"
#include "shim/translate/json.h"
#include "shim/translate/pull_progress.h"
#include "shim/translate/sandbox_status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A document that was read is always UTF-8; one that is built need not be. "~" stands for a byte
 * that is not. */
static void spoil(json_t *json)
{
    size_t index;
    const char *key;
    json_t *value;
    if (json_is_string(json)) {
        char *text = strdup(json_string_value(json));
        if (text == NULL)
            abort();
        for (char *at = text; *at != '\0'; at++)
            if (*at == '~')
                *at = '\xff';
        json_string_set_nocheck(json, text);
        free(text);
    }
    json_array_foreach (json, index, value)
        spoil(value);
    json_object_foreach (json, key, value)
        spoil(value);
}

static void check_text(const char *text)
{
    if (text == NULL || !utf8_valid(text, strlen(text)))
        abort();
}

static void check_message(const ProtobufCMessage *message)
{
    const char *base = (const char *)message;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const void *member = base + field->offset, *quantifier = base + field->quantifier_offset;
        bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
        size_t count = repeated ? *(const size_t *)quantifier : 1;
        const void *const *values = repeated ? *(const void *const *const *)member : member;
        for (size_t k = 0; k < count; k++) {
            if (field->type == PROTOBUF_C_TYPE_STRING)
                check_text(values[k]);
            else if (field->type == PROTOBUF_C_TYPE_MESSAGE && values[k] != NULL)
                check_message(values[k]);
            else if (field->type == PROTOBUF_C_TYPE_MESSAGE && repeated)
                abort();
        }
    }
}

/* Packs as well: the packer trusts every pointer. */
static void finish(struct arena *arena, const ProtobufCMessage *message)
{
    check_message(message);
    uint8_t *bytes = arena_alloc(arena, protobuf_c_message_get_packed_size(message));
    (void)protobuf_c_message_pack(message, bytes);
}

static void try_container(struct arena *arena, const json_t *container, const json_t *image)
{
    Cri__ContainerStatus status;
    cri__container_status__init(&status);
    translate_container_status(arena, container, image, &status);
    finish(arena, &status.base);
    Cri__Container entry;
    cri__container__init(&entry);
    translate_container(arena, container, &entry);
    finish(arena, &entry.base);
    Cri__ContainerUser *user = translate_configured_user(arena, container);
    if (user != NULL)
        finish(arena, &user->base);
    Cri__ContainerFilter filter;
    cri__container_filter__init(&filter);
    filter.id = container_id(container);
    if (!container_matches(container, &filter))
        abort();
    check_text(translate_container_info(arena, container));
}

static void try_sandbox(struct arena *arena, const json_t *sandbox)
{
    const char *ips[4];
    size_t count = sandbox_docker_ips(arena, sandbox, ips, 4);
    Cri__PodSandboxStatus status;
    cri__pod_sandbox_status__init(&status);
    translate_sandbox_status(arena, sandbox, ips, count, &status);
    finish(arena, &status.base);
    Cri__PodSandbox entry;
    cri__pod_sandbox__init(&entry);
    translate_sandbox(arena, sandbox, &entry);
    finish(arena, &entry.base);
    if (sandbox_resolv_conf(sandbox) == NULL || sandbox_log_directory(sandbox) == NULL)
        abort();
    check_text(translate_sandbox_info(arena, sandbox));
}

static void try_image(struct arena *arena, const json_t *image, const json_t *history)
{
    Cri__Image out;
    cri__image__init(&out);
    translate_image(arena, image, &out);
    finish(arena, &out.base);
    /* Whatever is told as a name means the image. */
    for (const char **name = image_names(arena, image); *name != NULL; name++)
        (void)image_matches(arena, image, *name);
    const char *const patterns[] = {"*:latest", "[a-", ""};
    (void)image_pinned(arena, image, patterns, 3);
    (void)image_layers_size(image);
    check_text(translate_image_info(arena, image, history));
}

static void try_engine(struct arena *arena, const json_t *version, const json_t *info)
{
    struct engine engine;
    struct err err = ERR_INIT;
    if (!engine_parse(arena, version, info, 151, &engine, &err))
        return;
    Cri__StatusResponse response;
    cri__status_response__init(&response);
    engine_status_handlers(arena, &engine, &response);
    finish(arena, &response.base);
    check_text(engine_describe(arena, &engine));
}

static void try_pull(const json_t *messages)
{
    struct pull_progress progress;
    pull_progress_init(&progress, 0);
    size_t index;
    const json_t *message;
    json_array_foreach (messages, index, message) {
        struct err err = ERR_INIT;
        (void)pull_progress_feed(&progress, message, (int64_t)index, &err);
        (void)pull_progress_check(&progress, INT64_MAX, 1, &err);
    }
    pull_progress_done(&progress);
}

/* The document that a seed keeps under a key, or all of it. */
static const json_t *part(const json_t *document, const char *key)
{
    const json_t *found = json_object_get(document, key);
    return found != NULL ? found : document;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *document = json_loadb((const char *)data, size, JSON_DECODE_ANY, NULL);
    if (document == NULL)
        return 0;
    spoil(document);
    struct arena *arena = arena_create();
    const json_t *image = part(document, "image"), *images = part(document, "images");
    try_container(arena, part(document, "container"), image);
    try_container(arena, part(document, "container"), NULL);
    try_sandbox(arena, part(document, "sandbox"));
    try_image(arena, image, document);
    try_image(arena, json_array_get(images, 0), images);
    try_engine(arena, part(document, "version"), part(document, "info"));
    (void)exec_state(part(document, "exec"));
    try_pull(part(document, "messages"));
    arena_destroy(arena);
    json_decref(document);
    return 0;
}
