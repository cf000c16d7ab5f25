/* The verbose form of ImageStatus: Docker's two documents, put together as the image configuration
 * of the OCI image specification, whose keys tools know. */
#include "shim/translate/image.h"

#include <time.h>

#include "shim/translate/json.h"

static void copy(json_t *object, const char *key, const json_t *document, const char *path)
{
    json_t *value = json_at(document, path);
    if (value != NULL)
        (void)json_object_set(object, key, value);
}

static json_t *config_of(const json_t *inspect)
{
    static const char *const keys[] = {"User",    "ExposedPorts", "Env",    "Entrypoint", "Cmd",
                                       "Volumes", "WorkingDir",   "Labels", "StopSignal"};
    json_t *config = json_object();
    const json_t *docker = json_at(inspect, "Config");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        copy(config, keys[i], docker, keys[i]);
    return config;
}

static void set_time(json_t *object, const char *key, int64_t seconds)
{
    char text[64];
    time_t time = seconds;
    struct tm tm;
    if (gmtime_r(&time, &tm) != NULL && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
        json_set_text(object, key, text);
}

/* Docker tells the newest step first, the specification the oldest. */
static json_t *history_of(const json_t *history)
{
    json_t *steps = json_array();
    for (size_t i = json_array_size(history); i > 0; i--) {
        const json_t *entry = json_array_get(history, i - 1);
        json_t *step = json_object();
        set_time(step, "created", json_int_at(entry, "Created"));
        json_set_text(step, "created_by", json_text_at(entry, "CreatedBy"));
        json_set_text(step, "comment", json_text_at(entry, "Comment"));
        if (json_int_at(entry, "Size") == 0)
            (void)json_object_set_new(step, "empty_layer", json_true());
        (void)json_array_append_new(steps, step);
    }
    return steps;
}

const char *translate_image_info(struct arena *arena, const json_t *inspect, const json_t *history)
{
    json_t *spec = json_object(), *rootfs = json_object(), *info = json_object();
    json_set_text(spec, "created", json_text_at(inspect, "Created"));
    json_set_text(spec, "author", json_text_at(inspect, "Author"));
    json_set_text(spec, "architecture", json_text_at(inspect, "Architecture"));
    json_set_text(spec, "variant", json_text_at(inspect, "Variant"));
    json_set_text(spec, "os", json_text_at(inspect, "Os"));
    (void)json_object_set_new(spec, "config", config_of(inspect));
    copy(rootfs, "type", inspect, "RootFS.Type");
    copy(rootfs, "diff_ids", inspect, "RootFS.Layers");
    (void)json_object_set_new(spec, "rootfs", rootfs);
    (void)json_object_set_new(spec, "history", history_of(history));
    copy(info, "labels", inspect, "Config.Labels");
    (void)json_object_set_new(info, "imageSpec", spec);
    return json_format(arena, info);
}
