#include "shim/translate/container_status.h"

#include <string.h>

#include "shim/base/utf8.h"
#include "shim/translate/container_image.h"
#include "shim/translate/json.h"
#include "shim/translate/label.h"
#include "shim/translate/mount_status.h"
#include "shim/translate/name.h"
#include "shim/translate/resource_status.h"
#include "shim/translate/stop_signal.h"

const char *container_id(const json_t *container)
{
    return json_id(container);
}

const char *container_name(const json_t *container)
{
    const char *name = json_text_at(container, "Name");
    return name + (name[0] == '/');
}

const char *container_sandbox_id(const json_t *container)
{
    return label_get(container, LABEL_SANDBOX_ID);
}

const char *container_image_id(const json_t *container)
{
    return json_text_at(container, "Image");
}

const char *container_entry_image_id(const json_t *entry)
{
    return json_text_at(entry, "ImageID");
}

const char *container_log_path(const json_t *container)
{
    return label_get(container, LABEL_LOG_PATH);
}

const char *container_log_directory(const json_t *container)
{
    return label_get(container, LABEL_LOG_DIRECTORY);
}

const char *container_docker_log_path(const json_t *container)
{
    return json_text_at(container, "LogPath");
}

bool container_is_sandbox(const json_t *container)
{
    return strcmp(label_get(container, LABEL_TYPE), LABEL_TYPE_SANDBOX) == 0;
}

bool container_is_workload(const json_t *container)
{
    return strcmp(label_get(container, LABEL_TYPE), LABEL_TYPE_CONTAINER) == 0;
}

int64_t container_pid(const json_t *container)
{
    return json_bool_at(container, "State.Running") ? json_int_at(container, "State.Pid") : 0;
}

bool container_tty(const json_t *container)
{
    return json_bool_at(container, "Config.Tty");
}

/* A start that failed leaves the container "created", with an exit code and no time of an end. */
static bool start_failed(const json_t *container)
{
    return json_time_at(container, "State.FinishedAt") == 0 &&
           json_int_at(container, "State.ExitCode") != 0;
}

/* Paused and restarting containers are Running for Docker too. Dead ones, and those on their way
 * out, will never run again. */
Cri__ContainerState container_state(const json_t *container)
{
    const char *status = json_text_at(container, "State.Status");
    if (json_bool_at(container, "State.Running"))
        return CRI__CONTAINER_STATE__CONTAINER_RUNNING;
    if (json_time_at(container, "State.FinishedAt") != 0 || start_failed(container) ||
        strcmp(status, "dead") == 0 || strcmp(status, "removing") == 0)
        return CRI__CONTAINER_STATE__CONTAINER_EXITED;
    if (strcmp(status, "created") == 0)
        return CRI__CONTAINER_STATE__CONTAINER_CREATED;
    return CRI__CONTAINER_STATE__CONTAINER_UNKNOWN;
}

Cri__ContainerMetadata *translate_container_metadata(struct arena *arena, const json_t *container)
{
    Cri__ContainerMetadata *metadata = arena_alloc(arena, sizeof(*metadata));
    cri__container_metadata__init(metadata);
    struct name name;
    if (name_parse(arena, container_name(container), &name)) {
        metadata->name = utf8_clean(arena, name.container);
        metadata->attempt = name.attempt;
    }
    return metadata;
}

void translate_container(struct arena *arena, const json_t *container, Cri__Container *out)
{
    out->id = utf8_clean(arena, container_id(container));
    out->pod_sandbox_id = utf8_clean(arena, container_sandbox_id(container));
    out->metadata = translate_container_metadata(arena, container);
    out->image = container_image_spec(arena, container, NULL);
    out->image_id = utf8_clean(arena, container_image_id(container));
    out->image_ref = out->image_id;
    out->state = container_state(container);
    out->created_at = json_time_at(container, "Created");
    label_split(arena, json_at(container, "Config.Labels"),
                &cri__container__labels_entry__descriptor, (void ***)&out->labels, &out->n_labels,
                &cri__container__annotations_entry__descriptor, (void ***)&out->annotations,
                &out->n_annotations);
}

static const char *reason_of(const json_t *container)
{
    if (json_bool_at(container, "State.OOMKilled"))
        return "OOMKilled";
    if (start_failed(container))
        return "ContainerCannotRun";
    return json_int_at(container, "State.ExitCode") == 0 ? "Completed" : "Error";
}

/* Times that have not come are 0. A container that ended without ever having run did both when it
 * was created, as nothing else is known. */
static void translate_times(const json_t *container, Cri__ContainerStatus *out)
{
    out->created_at = json_time_at(container, "Created");
    if (out->state == CRI__CONTAINER_STATE__CONTAINER_CREATED)
        return;
    out->started_at = json_time_at(container, "State.StartedAt");
    if (out->state != CRI__CONTAINER_STATE__CONTAINER_EXITED)
        return;
    out->finished_at = json_time_at(container, "State.FinishedAt");
    if (out->started_at == 0)
        out->started_at = out->created_at;
    if (out->finished_at == 0)
        out->finished_at = out->started_at;
}

static void translate_state(struct arena *arena, const json_t *container, Cri__ContainerStatus *out)
{
    out->state = container_state(container);
    translate_times(container, out);
    out->message = json_clean_at(arena, container, "State.Error");
    if (out->state == CRI__CONTAINER_STATE__CONTAINER_EXITED) {
        out->exit_code = (int32_t)json_int_at(container, "State.ExitCode");
        out->reason = reason_of(container);
    }
}

void translate_container_status(struct arena *arena, const json_t *container, const json_t *image,
                                Cri__ContainerStatus *out)
{
    out->id = utf8_clean(arena, container_id(container));
    out->metadata = translate_container_metadata(arena, container);
    translate_state(arena, container, out);
    out->image = container_image_spec(arena, container, image);
    out->image_ref = container_image_ref(arena, container, image);
    out->image_id = utf8_clean(arena, container_image_id(container));
    label_split(arena, json_at(container, "Config.Labels"),
                &cri__container_status__labels_entry__descriptor, (void ***)&out->labels,
                &out->n_labels, &cri__container_status__annotations_entry__descriptor,
                (void ***)&out->annotations, &out->n_annotations);
    translate_mounts(arena, container, &out->mounts, &out->n_mounts);
    out->log_path = utf8_clean(arena, container_log_path(container));
    out->resources = translate_resources(arena, container);
    out->stop_signal = translate_stop_signal(json_text_at(container, "Config.StopSignal"));
}

const char *translate_container_info(struct arena *arena, const json_t *container)
{
    json_t *info = json_object();
    json_set_text(info, "sandboxID", container_sandbox_id(container));
    (void)json_object_set_new(info, "pid", json_integer(container_pid(container)));
    json_set_text(info, "runtime", json_text_at(container, "HostConfig.Runtime"));
    json_set_text(info, "dockerLogPath", container_docker_log_path(container));
    json_t *state = json_at(container, "State");
    if (state != NULL)
        /* A copy: others may read the document, and its parts are not to be counted. */
        (void)json_object_set_new(info, "state", json_deep_copy(state));
    return json_format(arena, info);
}
