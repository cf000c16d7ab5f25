#include "shim/rpc/rpc.h"

#include <stdlib.h>

#include "shim/inventory/image_pull.h"
#include "shim/rpc/flight.h"
#include "shim/translate/auth.h"
#include "shim/translate/reference.h"

/* What one pull needs; it lives in the flight's own arena, for it may outlive the call. */
struct pull {
    struct daemon *daemon;
    const char *reference;
    json_t *auth;
};

static bool run(void *context, struct scope *scope, const char **ret_result, struct err *err)
{
    const struct pull *pull = context;
    return image_pull(pull->daemon->docker, scope, pull->reference, pull->auth,
                      pull->daemon->settings->image_pull_progress_deadline_ns, ret_result, err);
}

/* Credentials are a part of the key: nobody gets an image by somebody else's. */
static const char *flight_key(struct arena *arena, const char *reference, const json_t *auth)
{
    char *text = json_dumps(auth, JSON_SORT_KEYS | JSON_COMPACT);
    const char *key = arena_printf(arena, "%s %s", reference, text != NULL ? text : "");
    free(text);
    return key;
}

static struct flight_work make_work(struct daemon *daemon, const char *reference,
                                    const json_t *auth)
{
    struct arena *arena = arena_create();
    struct pull *pull = arena_alloc(arena, sizeof(*pull));
    *pull = (struct pull){
        .daemon = daemon,
        .reference = arena_strdup(arena, reference),
        .auth = auth != NULL ? arena_json(arena, json_deep_copy(auth)) : NULL,
    };
    return (struct flight_work){.run = run, .context = pull, .arena = arena};
}

/* CRI since 1.36: image_ref is the image's id, the same value that ImageStatus and the containers
 * report. */
bool rpc_pull_image(struct call *call, const Cri__PullImageRequest *in, Cri__PullImageResponse *out,
                    struct err *err)
{
    struct daemon *daemon = call_daemon(call);
    struct arena *arena = call->scope.arena;
    struct reference parsed;
    json_t *auth;
    if (in->image == NULL || in->image->image[0] == '\0')
        return err_set(err, CODE_INVALID_ARGUMENT, "image.image is not set");
    const char *reference = call->subject = in->image->image;
    if (reference_is_id(reference))
        return err_set(err, CODE_INVALID_ARGUMENT, "%s is an image id; only a name can be pulled",
                       reference);
    if (!reference_parse(arena, reference, &parsed, err) ||
        !translate_auth(arena, in->auth, parsed.domain, &auth, err))
        return false;
    struct flight_work work = make_work(daemon, reference, auth);
    return flight_run(daemon->pulls, &call->scope, flight_key(arena, reference, auth), &work,
                      &out->image_ref, err);
}
