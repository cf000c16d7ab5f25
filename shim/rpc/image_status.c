#include "shim/rpc/rpc.h"

#include "dockerapi/image.h"
#include "shim/rpc/image_pinned.h"
#include "shim/translate/image.h"
#include "shim/translate/label.h"

static bool add_info(struct call *call, const json_t *inspect, Cri__ImageStatusResponse *out,
                     struct err *err)
{
    struct arena *arena = call->scope.arena;
    json_t *history;
    if (!docker_image_history(call_daemon(call)->docker, &call->scope, image_id(inspect), &history,
                              err))
        return err_wrap(err, "history of image %s", image_id(inspect));
    label_map_add(arena, &cri__image_status_response__info_entry__descriptor, (void ***)&out->info,
                  &out->n_info, "info", translate_image_info(arena, inspect, history));
    return true;
}

/* "If the image is not present, returns a response with ImageStatusResponse.Image set to nil." */
bool rpc_image_status(struct call *call, const Cri__ImageStatusRequest *in,
                      Cri__ImageStatusResponse *out, struct err *err)
{
    struct daemon *daemon = call_daemon(call);
    struct arena *arena = call->scope.arena;
    if (in->image == NULL || in->image->image[0] == '\0')
        return err_set(err, CODE_INVALID_ARGUMENT, "image.image is not set");
    json_t *inspect;
    call->subject = in->image->image;
    if (!docker_image_inspect(daemon->docker, &call->scope, in->image->image, &inspect, err))
        return err->code == CODE_NOT_FOUND || err_wrap(err, "inspect image %s", in->image->image);
    out->image = arena_alloc(arena, sizeof(*out->image));
    cri__image__init(out->image);
    translate_image(arena, inspect, out->image);
    translate_image_user(arena, inspect, out->image);
    out->image->pinned = image_is_pinned(daemon, arena, inspect);
    return !in->verbose || add_info(call, inspect, out, err);
}
