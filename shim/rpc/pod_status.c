#include "shim/rpc/pod_status.h"

#include "shim/base/process.h"
#include "shim/inventory/inventory.h"
#include "shim/rpc/container_log.h"
#include "shim/translate/container_status.h"
#include "shim/translate/sandbox_status.h"

/* What the first process really runs as; its configuration may name users that only the image
 * knows. */
static Cri__ContainerUser *running_user(struct arena *arena, int64_t pid)
{
    struct err err = ERR_INIT;
    struct process_user user;
    if (pid == 0 || !process_user(arena, pid, &user, &err)) /* it may have ended since */
        return NULL;
    Cri__ContainerUser *message = arena_alloc(arena, sizeof(*message));
    cri__container_user__init(message);
    message->linux = arena_alloc(arena, sizeof(*message->linux));
    cri__linux_container_user__init(message->linux);
    message->linux->uid = user.uid;
    message->linux->gid = user.gid;
    message->linux->supplemental_groups = user.groups;
    message->linux->n_supplemental_groups = user.group_count;
    return message;
}

bool container_status_collect(struct daemon *daemon, struct scope *scope, const json_t *container,
                              Cri__ContainerStatus **ret_status, struct err *err)
{
    struct arena *arena = scope->arena;
    json_t *image = NULL;
    container_log_settle(daemon, container);
    /* An image may be removed under a stopped container, and a Docker that hangs must not hide what
     * is known: its names are missing then. */
    if (!inventory_image(daemon->inventory, scope, container_image_id(container), &image, err) &&
        err->code != CODE_NOT_FOUND && err->code != CODE_DEADLINE_EXCEEDED)
        return err_wrap(err, "image of container %s", container_id(container));
    Cri__ContainerStatus *status = arena_alloc(arena, sizeof(*status));
    cri__container_status__init(status);
    translate_container_status(arena, container, image, status);
    status->user = running_user(arena, container_pid(container));
    if (status->user == NULL)
        status->user = translate_configured_user(arena, container);
    *ret_status = status;
    return true;
}

bool sandbox_status_collect(struct daemon *daemon, struct scope *scope, const json_t *sandbox,
                            Cri__PodSandboxStatus **ret_status, struct err *err)
{
    const char *const *ips = NULL;
    size_t count = 0;
    if (!sandbox_host_network(sandbox) &&
        !network_ips(daemon->network, scope, sandbox, &ips, &count, err))
        return err_wrap(err, "addresses of pod sandbox %s", container_id(sandbox));
    Cri__PodSandboxStatus *status = arena_alloc(scope->arena, sizeof(*status));
    cri__pod_sandbox_status__init(status);
    translate_sandbox_status(scope->arena, sandbox, ips, count, status);
    *ret_status = status;
    return true;
}

bool container_statuses_collect(struct daemon *daemon, struct scope *scope, const char *sandbox_id,
                                Cri__ContainerStatus ***ret_statuses, size_t *ret_count,
                                struct err *err)
{
    json_t **containers;
    size_t count;
    if (!inventory_containers(daemon->inventory, scope, sandbox_id, &containers, &count, err))
        return false;
    Cri__ContainerStatus **statuses = arena_array(scope->arena, count, sizeof(*statuses));
    for (size_t i = 0; i < count; i++)
        if (!container_status_collect(daemon, scope, containers[i], &statuses[i], err))
            return false;
    *ret_statuses = statuses;
    *ret_count = count;
    return true;
}
