#include "shim/rpc/rpc.h"

#include <string.h>

#include "dockerapi/container.h"
#include "dockerapi/image.h"
#include "shim/base/keylock.h"
#include "shim/translate/container_status.h"
#include "shim/translate/image.h"

/* Looked at before any name goes: Docker would take names off one by one and refuse only the last.
 */
static bool check_unused(struct call *call, const char *id, struct err *err)
{
    json_t *containers;
    if (!docker_container_list(call_daemon(call)->docker, &call->scope, NULL, &containers, err))
        return err_wrap(err, "look for containers of image %s", id);
    size_t index;
    const json_t *entry;
    json_array_foreach (containers, index, entry)
        if (strcmp(container_entry_image_id(entry), id) == 0)
            return err_set(err, CODE_FAILED_PRECONDITION, "image %s is used by container %s", id,
                           container_id(entry));
    return true;
}

static bool remove_one(struct call *call, const char *reference, struct err *err)
{
    return docker_image_remove(call_daemon(call)->docker, &call->scope, reference, false, err) ||
           err->code == CODE_NOT_FOUND || err_wrap(err, "remove image %s", reference);
}

/* The image's document, while nobody else removes it: Docker answers two removals of one image at
 * the same time with an internal error. */
static bool find_alone(struct call *call, const char *reference, json_t **ret_inspect,
                       struct err *err)
{
    struct daemon *daemon = call_daemon(call);
    return docker_image_inspect(daemon->docker, &call->scope, reference, ret_inspect, err) &&
           keylock_take(daemon->names, &call->scope, image_id(*ret_inspect), err) &&
           docker_image_inspect(daemon->docker, &call->scope, reference, ret_inspect, err);
}

/* "This call is idempotent, and must not return an error if the image has already been removed."
 * All of the image's names go, whichever of them was given. */
bool rpc_remove_image(struct call *call, const Cri__RemoveImageRequest *in,
                      Cri__RemoveImageResponse *out, struct err *err)
{
    (void)out;
    if (in->image == NULL || in->image->image[0] == '\0')
        return err_set(err, CODE_INVALID_ARGUMENT, "image.image is not set");
    json_t *inspect;
    const char *reference = call->subject = in->image->image;
    if (!find_alone(call, reference, &inspect, err))
        return err->code == CODE_NOT_FOUND || err_wrap(err, "inspect image %s", reference);
    const char *id = image_id(inspect);
    if (!check_unused(call, id, err))
        return false;
    for (const char **name = image_names(call->scope.arena, inspect); *name != NULL; name++)
        if (!remove_one(call, *name, err))
            return false;
    return remove_one(call, id, err);
}
