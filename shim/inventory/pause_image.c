#include "shim/inventory/pause_image.h"

#include "dockerapi/image.h"
#include "shim/base/log.h"
#include "shim/inventory/image_pull.h"
#include "shim/inventory/node_credentials.h"
#include "shim/translate/pull_error.h"
#include "shim/translate/reference.h"

const char *pause_image_reference(void)
{
    return PAUSE_REFERENCE;
}

static bool is_missing(struct docker *docker, struct scope *scope, const char *image,
                       bool *ret_missing, struct err *err)
{
    json_t *inspect;
    *ret_missing = !docker_image_inspect(docker, scope, image, &inspect, err);
    return !*ret_missing || err->code == CODE_NOT_FOUND;
}

static bool on_message(void *context, const json_t *message, struct err *err)
{
    (void)context;
    return pull_error_check(message, err);
}

static bool load(struct docker *docker, struct scope *scope, struct err *err)
{
    if (!docker_image_load(docker, scope, pause_image_tar, pause_image_tar_bytes, on_message, NULL,
                           err))
        return err_wrap(err, "load the built-in pause image");
    log_info("loaded the built-in pause image %s into the engine", PAUSE_REFERENCE);
    return true;
}

static bool pull(struct docker *docker, struct scope *scope, const char *image,
                 int64_t stall_limit_ns, struct err *err)
{
    struct reference reference;
    const char *id;
    if (!reference_parse(scope->arena, image, &reference, err) ||
        !image_pull(docker, scope, image, node_credentials(scope->arena, &reference),
                    stall_limit_ns, &id, err))
        return err_wrap(err, "pull pause image %s", image);
    log_info("pulled pause image %s", image);
    return true;
}

/* One caller's turn. Whoever had the turn before may have done it all. */
static bool provide(struct docker *docker, struct scope *scope, const struct settings *settings,
                    const char *image, struct err *err)
{
    bool missing;
    if (!is_missing(docker, scope, image, &missing, err))
        return false;
    if (!missing)
        return true;
    if (settings->pod_infra_container_image == NULL)
        return load(docker, scope, err);
    return pull(docker, scope, image, settings->image_pull_progress_deadline_ns, err);
}

bool pause_image_ensure(struct docker *docker, struct scope *scope, struct keylock *turns,
                        const struct settings *settings, const char **ret_image, struct err *err)
{
    const char *image = settings->pod_infra_container_image;
    if (image == NULL)
        image = PAUSE_REFERENCE;
    *ret_image = image;
    bool missing;
    if (!is_missing(docker, scope, image, &missing, err))
        return err_wrap(err, "inspect pause image %s", image);
    if (!missing)
        return true;
    /* The turn lasts until its arena goes: not as long as the whole call. */
    struct scope turn = {.arena = arena_create(), .cancel = scope->cancel};
    bool ok =
        keylock_take(turns, &turn, image, err) && provide(docker, &turn, settings, image, err);
    arena_destroy(turn.arena);
    return ok;
}
