#include "shim/inventory/image_pull.h"

#include "dockerapi/image.h"
#include "shim/base/clock.h"
#include "shim/translate/image.h"
#include "shim/translate/pull_error.h"
#include "shim/translate/pull_progress.h"
#include "shim/translate/reference.h"

struct pull {
    struct pull_progress progress;
    int64_t stall_limit_ns;
    struct err reason; /* why we ended it, before others put their words in front */
};

static bool on_progress(void *context, const json_t *message, struct err *err)
{
    struct pull *pull = context;
    if (pull_progress_feed(&pull->progress, message, clock_mono_ns(), err))
        return true;
    pull->reason = *err;
    return false;
}

static bool on_tick(void *context, struct err *err)
{
    struct pull *pull = context;
    if (pull_progress_check(&pull->progress, clock_mono_ns(), pull->stall_limit_ns, err))
        return true;
    pull->reason = *err;
    return false;
}

static bool pull_watched(struct docker *docker, struct scope *scope,
                         const struct reference *reference, json_t *auth, int64_t stall_limit_ns,
                         struct err *err)
{
    struct pull pull = {.stall_limit_ns = stall_limit_ns, .reason = ERR_INIT};
    const struct docker_pull request = {
        .repository = reference_repository(scope->arena, reference),
        .tag = reference->digest[0] != '\0' ? reference->digest : reference->tag,
        .auth = auth,
        .progress = on_progress,
        .tick = on_tick,
        .context = &pull,
    };
    pull_progress_init(&pull.progress, clock_mono_ns());
    bool ok = docker_image_pull(docker, scope, &request, err);
    pull_progress_done(&pull.progress);
    if (ok)
        return true;
    if (pull.reason.code == CODE_OK)
        return pull_error_refine(err);
    *err = pull.reason;
    return false;
}

bool image_pull(struct docker *docker, struct scope *scope, const char *reference, json_t *auth,
                int64_t stall_limit_ns, const char **ret_id, struct err *err)
{
    struct reference parsed;
    if (!reference_parse(scope->arena, reference, &parsed, err) ||
        !pull_watched(docker, scope, &parsed, auth, stall_limit_ns, err))
        return false;
    json_t *image;
    if (!docker_image_inspect(docker, scope, reference, &image, err))
        return err_wrap(err, "inspect the pulled image %s", reference);
    *ret_id = image_id(image);
    return true;
}
