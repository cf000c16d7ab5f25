#include "shim/network/attachment_record.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/base/alloc.h"
#include "shim/base/file.h"
#include "shim/base/log.h"

enum { RECORD_MAX = 4 << 20, RECORD_VERSION = 1 };

/* In memory a record is {"intent", "result", "inherited"}: the two files' documents. */
struct attachment_records {
    char *intent_directory, *result_directory;
    pthread_mutex_t lock;
    json_t *by_id; /* container id -> record */
};

static const char *file_path(struct arena *arena, const char *directory, const char *container_id)
{
    return arena_printf(arena, "%s/%s.json", directory, container_id);
}

/* False if the file cannot be read now; the document is NULL if it is no JSON. */
static bool read_document(struct arena *arena, const char *path, json_t **ret_document)
{
    struct err err = ERR_INIT;
    char *text;
    size_t length;
    *ret_document = NULL;
    if (!file_read(arena, path, RECORD_MAX, &text, &length, &err)) {
        if (err.code != CODE_NOT_FOUND)
            log_warn("network record was left out: %s", err.text);
        return false;
    }
    *ret_document = arena_json(arena, json_loadb(text, length, 0, NULL));
    return true;
}

/* True if the document is ours and about this container. */
static bool is_about(const json_t *document, const char *container_id)
{
    const char *id = json_string_value(json_object_get(document, "containerId"));
    return json_integer_value(json_object_get(document, "version")) == RECORD_VERSION &&
           id != NULL && strcmp(id, container_id) == 0;
}

/* True if the document says all that DEL needs. */
static bool is_intent(const json_t *document, const char *container_id)
{
    return is_about(document, container_id) &&
           json_is_array(json_object_get(json_object_get(document, "list"), "plugins")) &&
           json_is_string(json_object_get(document, "netns")) &&
           json_is_string(json_object_get(document, "interface")) &&
           json_is_string(json_object_get(document, "arguments")) &&
           json_is_object(json_object_get(document, "capabilities"));
}

static void read_one(struct attachment_records *records, struct arena *arena, const char *name)
{
    const char *id = arena_strndup(arena, name, strlen(name) - strlen(".json"));
    const char *path = file_path(arena, records->intent_directory, id);
    json_t *intent, *result;
    if (!read_document(arena, path, &intent))
        return;
    if (!is_intent(intent, id)) {
        log_warn("network record %s is damaged and was put aside as %s.bad", path, path);
        (void)rename(path, arena_printf(arena, "%s.bad", path)); /* else it is told again */
        return;
    }
    (void)read_document(arena, file_path(arena, records->result_directory, id), &result);
    if (!is_about(result, id) || !json_is_object(json_object_get(result, "result")))
        result = NULL;
    (void)json_object_set_new(
        records->by_id, id,
        json_pack("{s:O, s:O*, s:b}", "intent", intent, "result", result, "inherited", 1));
}

static bool is_record(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".json") == 0;
}

/* NULL with the error if a directory cannot be used. */
static DIR *open_directories(const char *intent_directory, const char *result_directory,
                             struct err *err)
{
    if (!file_make_directories(intent_directory, 0700, err) ||
        !file_make_directories(result_directory, 0700, err))
        return NULL;
    DIR *files = opendir(intent_directory);
    if (files == NULL)
        (void)err_errno(err, errno, "network records in %s", intent_directory);
    return files;
}

struct attachment_records *attachment_records_open(const char *intent_directory,
                                                   const char *result_directory, struct err *err)
{
    DIR *files = open_directories(intent_directory, result_directory, err);
    if (files == NULL)
        return NULL;
    struct attachment_records *records = xcalloc(1, sizeof(*records));
    records->intent_directory = xstrdup(intent_directory);
    records->result_directory = xstrdup(result_directory);
    records->by_id = json_object();
    (void)pthread_mutex_init(&records->lock, NULL); /* cannot fail with default attributes */
    struct arena *arena = arena_create();
    for (const struct dirent *entry; (entry = readdir(files)) != NULL;)
        if (is_record(entry->d_name))
            read_one(records, arena, entry->d_name);
    arena_destroy(arena);
    (void)closedir(files); /* it was only read */
    return records;
}

void attachment_records_close(struct attachment_records *records)
{
    if (records == NULL)
        return;
    json_decref(records->by_id);
    (void)pthread_mutex_destroy(&records->lock); /* fails only for a locked one */
    free(records->intent_directory);
    free(records->result_directory);
    free(records);
}

/* Replaces what is in memory; the record's reference is taken. */
static void remember(struct attachment_records *records, const char *container_id, json_t *record)
{
    pthread_mutex_lock(&records->lock);
    (void)json_object_set_new(records->by_id, container_id, record);
    pthread_mutex_unlock(&records->lock);
}

/* A reference of the arena's, NULL if there is none. */
static json_t *recall(struct attachment_records *records, struct arena *arena,
                      const char *container_id)
{
    pthread_mutex_lock(&records->lock);
    json_t *record = json_incref(json_object_get(records->by_id, container_id));
    pthread_mutex_unlock(&records->lock);
    return arena_json(arena, record);
}

/* NULL with the error if some text is no UTF-8, which JSON cannot hold. */
static const char *format(struct arena *arena, const json_t *document, struct err *err)
{
    char *text = document != NULL ? json_dumps(document, JSON_COMPACT) : NULL;
    if (text == NULL)
        (void)err_set(err, CODE_INTERNAL, "it cannot be written as JSON");
    else
        arena_defer(arena, free, text);
    return text;
}

bool attachment_records_begin(struct attachment_records *records, struct arena *arena,
                              const struct cni_attachment *attachment, struct err *err)
{
    const char *id = attachment->container_id;
    json_t *intent = arena_json(
        arena, json_pack("{s:i, s:s, s:s, s:s, s:s, s:O, s:O}", "version", RECORD_VERSION,
                         "containerId", id, "netns", attachment->netns, "interface",
                         attachment->interface, "arguments", attachment->arguments, "list",
                         attachment->list, "capabilities", attachment->capabilities));
    const char *text = format(arena, intent, err);
    if (text == NULL || !file_write_atomic(file_path(arena, records->intent_directory, id), text,
                                           strlen(text), 0600, err))
        return err_wrap(err, "network record of %s", id);
    remember(records, id, json_pack("{s:O}", "intent", intent));
    return true;
}

bool attachment_records_answer(struct attachment_records *records, struct arena *arena,
                               const char *container_id, json_t *result, bool complete,
                               struct err *err)
{
    json_t *intent = json_object_get(recall(records, arena, container_id), "intent");
    json_t *answer = arena_json(arena, json_pack("{s:i, s:s, s:b, s:O}", "version", RECORD_VERSION,
                                                 "containerId", container_id, "complete",
                                                 (int)complete, "result", result));
    const char *text = format(arena, answer, err);
    if (text == NULL ||
        !file_write_volatile(file_path(arena, records->result_directory, container_id), text,
                             strlen(text), 0600, err))
        return err_wrap(err, "network record of %s", container_id);
    remember(records, container_id, json_pack("{s:O, s:O}", "intent", intent, "result", answer));
    return true;
}

bool attachment_records_get(struct attachment_records *records, struct arena *arena,
                            const char *container_id, struct attachment_record *ret_record)
{
    const json_t *record = recall(records, arena, container_id);
    if (record == NULL)
        return false;
    const json_t *intent = json_object_get(record, "intent");
    const json_t *answer = json_object_get(record, "result");
    *ret_record = (struct attachment_record){
        .attachment =
            {
                .list = json_object_get(intent, "list"),
                .container_id = json_string_value(json_object_get(intent, "containerId")),
                .netns = json_string_value(json_object_get(intent, "netns")),
                .interface = json_string_value(json_object_get(intent, "interface")),
                .arguments = json_string_value(json_object_get(intent, "arguments")),
                .capabilities = json_object_get(intent, "capabilities"),
            },
        .result = json_object_get(answer, "result"),
        .complete = json_is_true(json_object_get(answer, "complete")),
        .inherited = json_is_true(json_object_get(record, "inherited")),
    };
    return true;
}

static bool remove_file(struct arena *arena, const char *directory, const char *container_id,
                        struct err *err)
{
    const char *path = file_path(arena, directory, container_id);
    return file_remove(path, err) && file_remove(arena_printf(arena, "%s.tmp", path), err);
}

bool attachment_records_remove(struct attachment_records *records, struct arena *arena,
                               const char *container_id, struct err *err)
{
    if (!remove_file(arena, records->result_directory, container_id, err) ||
        !remove_file(arena, records->intent_directory, container_id, err))
        return err_wrap(err, "network record of %s", container_id);
    pthread_mutex_lock(&records->lock);
    (void)json_object_del(records->by_id, container_id);
    pthread_mutex_unlock(&records->lock);
    return true;
}

const char **attachment_records_ids(struct attachment_records *records, struct arena *arena,
                                    size_t *ret_count)
{
    pthread_mutex_lock(&records->lock);
    size_t count = 0;
    const char **ids = arena_array(arena, json_object_size(records->by_id), sizeof(*ids));
    const char *id;
    json_t *record;
    json_object_foreach (records->by_id, id, record) {
        ids[count++] = arena_strdup(arena, id);
    }
    pthread_mutex_unlock(&records->lock);
    *ret_count = count;
    return ids;
}
