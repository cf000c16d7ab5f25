#include "shim/rpc/container_log.h"

#include <string.h>

#include "shim/base/log.h"
#include "shim/logs/log_link.h"
#include "shim/logs/logs.h"
#include "shim/translate/container_status.h"

/* The log's path beneath the pod's log directory; NULL if the log is not ours to write. */
static const char *path_in_pod(const json_t *container)
{
    const char *root = container_log_directory(container), *path = container_log_path(container);
    size_t length = strlen(root);
    if (length == 0 || strncmp(path, root, length) != 0 || path[length] != '/')
        return NULL;
    return path + length + 1;
}

bool container_log_follow(struct daemon *daemon, const json_t *container, struct err *err)
{
    const char *input = container_docker_log_path(container);
    const char *path = path_in_pod(container);
    if (path == NULL || input[0] == '\0')
        return true;
    struct logs_container log = {
        .id = container_id(container),
        .input_path = input,
        .output_root = container_log_directory(container),
        .output_path = path,
    };
    return logs_follow(daemon->logs, &log, err);
}

bool container_log_begin(struct daemon *daemon, const json_t *container, struct err *err)
{
    if (path_in_pod(container) != NULL)
        return container_log_follow(daemon, container, err);
    return log_link_create(container_log_path(container), container_docker_log_path(container),
                           err);
}

void container_log_settle(struct daemon *daemon, const json_t *container)
{
    struct err err = ERR_INIT;
    if (path_in_pod(container) == NULL ||
        container_state(container) != CRI__CONTAINER_STATE__CONTAINER_EXITED)
        return;
    if (!container_log_follow(daemon, container, &err) ||
        !logs_settle(daemon->logs, container_id(container), true, &err))
        log_warn("the log of container %s, which has ended, is incomplete: %s",
                 container_id(container), err.text);
}

bool container_log_reopen(struct daemon *daemon, const json_t *container, struct err *err)
{
    if (path_in_pod(container) == NULL)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "the log of container %s is a link to Docker's own file, or it has none",
                       container_id(container));
    return logs_reopen(daemon->logs, container_id(container), err);
}

bool container_log_end(struct daemon *daemon, const json_t *container, struct err *err)
{
    if (path_in_pod(container) == NULL)
        return log_link_remove(container_log_path(container), err);
    logs_forget(daemon->logs, container_id(container));
    return true;
}
