#include "shim/rpc/listing.h"

#include "dockerapi/image.h"
#include "shim/inventory/inventory.h"
#include "shim/rpc/container_log.h"
#include "shim/rpc/image_pinned.h"
#include "shim/translate/container_status.h"
#include "shim/translate/image.h"
#include "shim/translate/sandbox_status.h"

bool listing_sandboxes(struct daemon *daemon, struct scope *scope,
                       const Cri__PodSandboxFilter *filter, Cri__PodSandbox ***ret_items,
                       size_t *ret_count, struct err *err)
{
    json_t **sandboxes;
    size_t found, count = 0;
    if (!inventory_sandboxes(daemon->inventory, scope, &sandboxes, &found, err))
        return false;
    Cri__PodSandbox **items = arena_array(scope->arena, found, sizeof(*items));
    for (size_t i = 0; i < found; i++) {
        if (!sandbox_matches(sandboxes[i], filter))
            continue;
        items[count] = arena_alloc(scope->arena, sizeof(**items));
        cri__pod_sandbox__init(items[count]);
        translate_sandbox(scope->arena, sandboxes[i], items[count++]);
    }
    *ret_items = items;
    *ret_count = count;
    return true;
}

bool listing_containers(struct daemon *daemon, struct scope *scope,
                        const Cri__ContainerFilter *filter, Cri__Container ***ret_items,
                        size_t *ret_count, struct err *err)
{
    json_t **containers;
    size_t found, count = 0;
    if (!inventory_containers(daemon->inventory, scope, NULL, &containers, &found, err))
        return false;
    Cri__Container **items = arena_array(scope->arena, found, sizeof(*items));
    for (size_t i = 0; i < found; i++) {
        if (!container_matches(containers[i], filter))
            continue;
        container_log_settle(daemon, containers[i]);
        items[count] = arena_alloc(scope->arena, sizeof(**items));
        cri__container__init(items[count]);
        translate_container(scope->arena, containers[i], items[count++]);
    }
    *ret_items = items;
    *ret_count = count;
    return true;
}

/* A list entry does not tell the image's user; inspect does. */
static bool fill_image(struct daemon *daemon, struct scope *scope, const json_t *entry,
                       Cri__Image *image, struct err *err)
{
    translate_image(scope->arena, entry, image);
    image->pinned = image_is_pinned(daemon, scope->arena, entry);
    json_t *inspect;
    if (!inventory_image(daemon->inventory, scope, image_id(entry), &inspect, err))
        return err->code == CODE_NOT_FOUND || err_wrap(err, "inspect image %s", image_id(entry));
    translate_image_user(scope->arena, inspect, image);
    return true;
}

bool listing_images(struct daemon *daemon, struct scope *scope, const Cri__ImageFilter *filter,
                    Cri__Image ***ret_items, size_t *ret_count, struct err *err)
{
    json_t *list;
    if (!docker_image_list(daemon->docker, scope, &list, err))
        return err_wrap(err, "list images");
    const char *wanted = filter != NULL && filter->image != NULL ? filter->image->image : "";
    Cri__Image **items = arena_array(scope->arena, json_array_size(list), sizeof(*items));
    size_t count = 0, index;
    const json_t *entry;
    json_array_foreach (list, index, entry) {
        if (wanted[0] != '\0' && !image_matches(scope->arena, entry, wanted))
            continue;
        items[count] = arena_alloc(scope->arena, sizeof(**items));
        cri__image__init(items[count]);
        if (!fill_image(daemon, scope, entry, items[count++], err))
            return false;
    }
    *ret_items = items;
    *ret_count = count;
    return true;
}
