#include "shim/translate/label.h"

#include <stdio.h>
#include <string.h>

#include "shim/base/alloc.h"
#include "shim/base/cleanup.h"
#include "shim/base/utf8.h"
#include "shim/translate/body.h"
#include "shim/translate/json.h"

static const char ANNOTATION[] = "annotation.";

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_hidden(const char *key, bool sandbox)
{
    return has_prefix(key, LABEL_OURS) || strcmp(key, LABEL_TYPE) == 0 ||
           strcmp(key, LABEL_SANDBOX_ID) == 0 || strcmp(key, LABEL_LOG_PATH) == 0 ||
           (sandbox && strcmp(key, LABEL_CONTAINER_NAME) == 0);
}

static bool is_sandbox(const json_t *docker_labels)
{
    const char *type = json_string_value(json_object_get(docker_labels, LABEL_TYPE));
    return type != NULL && strcmp(type, LABEL_TYPE_SANDBOX) == 0;
}

static void add_all(json_t *docker_labels, const char *prefix, const void *entries, size_t count)
{
    const struct label_entry *const *entry = entries;
    for (size_t i = 0; i < count; i++) {
        auto_free char *key = NULL;
        if (asprintf(&key, "%s%s", prefix, entry[i]->key) < 0)
            alloc_failed();
        body_set(docker_labels, key, body_text(entry[i]->value));
    }
}

void label_add(json_t *docker_labels, const void *labels, size_t label_count,
               const void *annotations, size_t annotation_count)
{
    add_all(docker_labels, "", labels, label_count);
    add_all(docker_labels, ANNOTATION, annotations, annotation_count);
}

/* A map field that is being filled; it has room for all that may come. */
struct map {
    struct arena *arena;
    const ProtobufCMessageDescriptor *type;
    void **entries;
    size_t count;
};

static struct map map_begin(struct arena *arena, const ProtobufCMessageDescriptor *type, size_t max)
{
    return (struct map){
        .arena = arena, .type = type, .entries = arena_array(arena, max, sizeof(void *))};
}

static void map_add(struct map *map, const char *key, const char *value)
{
    struct label_entry *entry = arena_alloc(map->arena, map->type->sizeof_message);
    map->type->message_init(&entry->base);
    entry->key = utf8_clean(map->arena, key);
    entry->value = utf8_clean(map->arena, value);
    map->entries[map->count++] = entry;
}

void label_split(struct arena *arena, const json_t *docker_labels,
                 const ProtobufCMessageDescriptor *label_type, void ***ret_labels,
                 size_t *ret_label_count, const ProtobufCMessageDescriptor *annotation_type,
                 void ***ret_annotations, size_t *ret_annotation_count)
{
    size_t max = json_object_size(docker_labels);
    struct map labels = map_begin(arena, label_type, max);
    struct map annotations = map_begin(arena, annotation_type, max);
    bool sandbox = is_sandbox(docker_labels);
    /* jansson's iterators take a document that they do not change as if they might. */
    union {
        const json_t *borrowed;
        json_t *object;
    } document = {.borrowed = docker_labels};
    const char *key;
    json_t *value;
    json_object_foreach (document.object, key, value) {
        if (is_hidden(key, sandbox) || !json_is_string(value))
            continue;
        if (has_prefix(key, ANNOTATION))
            map_add(&annotations, key + strlen(ANNOTATION), json_string_value(value));
        else
            map_add(&labels, key, json_string_value(value));
    }
    *ret_labels = labels.entries;
    *ret_label_count = labels.count;
    *ret_annotations = annotations.entries;
    *ret_annotation_count = annotations.count;
}

bool label_match(const json_t *container, const void *selector, size_t selector_count)
{
    const struct label_entry *const *wanted = selector;
    const json_t *labels = json_at(container, "Config.Labels");
    bool sandbox = is_sandbox(labels);
    for (size_t i = 0; i < selector_count; i++) {
        const char *value = json_string_value(json_object_get(labels, wanted[i]->key));
        if (value == NULL || strcmp(value, wanted[i]->value) != 0 ||
            is_hidden(wanted[i]->key, sandbox) || has_prefix(wanted[i]->key, ANNOTATION))
            return false;
    }
    return true;
}

const char *label_get(const json_t *container, const char *key)
{
    const char *value =
        json_string_value(json_object_get(json_at(container, "Config.Labels"), key));
    return value != NULL ? value : "";
}

void label_map_add(struct arena *arena, const ProtobufCMessageDescriptor *type, void ***map,
                   size_t *count, const char *key, const char *value)
{
    struct map grown = map_begin(arena, type, *count + 1);
    if (*count > 0)
        memcpy(grown.entries, *map, *count * sizeof(void *));
    grown.count = *count;
    map_add(&grown, arena_strdup(arena, key), arena_strdup(arena, value));
    *map = grown.entries;
    *count = grown.count;
}

static void filter_add(json_t *filter, const char *key, const char *value)
{
    auto_free char *pair = NULL;
    if (asprintf(&pair, "%s=%s", key, value) < 0)
        alloc_failed();
    body_append(body_array_at(filter, "label"), body_text(pair));
}

static json_t *filter_begin(const char *type)
{
    json_t *filter = body_object();
    filter_add(filter, LABEL_TYPE, type);
    return filter;
}

json_t *label_filter_sandboxes(void)
{
    return filter_begin(LABEL_TYPE_SANDBOX);
}

json_t *label_filter_containers(const char *sandbox_id)
{
    json_t *filter = filter_begin(LABEL_TYPE_CONTAINER);
    if (sandbox_id != NULL)
        filter_add(filter, LABEL_SANDBOX_ID, sandbox_id);
    return filter;
}
