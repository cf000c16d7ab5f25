#include "shim/inventory/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"
#include "shim/inventory/image_cache.h"
#include "shim/inventory/keeper.h"
#include "shim/translate/container_status.h"

enum { PATIENCE_S = 5 };

struct inventory {
    struct docker *docker;
    struct picture *picture;
    struct image_cache *images;
    struct keeper *keeper;
};

static void image_changed(void *context, bool heard)
{
    image_cache_clear(context, heard);
}

struct inventory *inventory_create(struct docker *docker, struct err *err)
{
    struct inventory *inventory = xcalloc(1, sizeof(*inventory));
    inventory->docker = docker;
    inventory->picture = picture_create(PATIENCE_S * NS_PER_S);
    inventory->images = image_cache_create(docker);
    inventory->keeper =
        keeper_create(docker, inventory->picture, image_changed, inventory->images, err);
    if (inventory->keeper != NULL)
        return inventory;
    inventory_destroy(inventory);
    return NULL;
}

void inventory_destroy(struct inventory *inventory)
{
    if (inventory == NULL)
        return;
    keeper_destroy(inventory->keeper);
    image_cache_destroy(inventory->images);
    picture_destroy(inventory->picture);
    free(inventory);
}

struct wanted {
    bool (*is_kind)(const json_t *container);
    const char *sandbox_id; /* NULL for all */
};

static bool is_wanted(const json_t *container, const void *context)
{
    const struct wanted *wanted = context;
    return wanted->is_kind(container) &&
           (wanted->sandbox_id == NULL ||
            strcmp(container_sandbox_id(container), wanted->sandbox_id) == 0);
}

static bool select_all(struct inventory *inventory, struct scope *scope, const char *id_prefix,
                       const struct wanted *wanted, json_t ***ret_containers, size_t *ret_count,
                       struct err *err)
{
    if (!picture_ready(inventory->picture, scope, err))
        return false;
    *ret_containers =
        picture_select(inventory->picture, scope->arena, id_prefix, is_wanted, wanted, ret_count);
    return true;
}

static bool find(struct inventory *inventory, struct scope *scope, const char *kind,
                 bool is_kind(const json_t *container), const char *id, json_t **ret_container,
                 struct err *err)
{
    const struct wanted wanted = {.is_kind = is_kind};
    json_t **containers;
    size_t count = 0;
    if (id[0] == '\0')
        return err_set(err, CODE_INVALID_ARGUMENT, "%s is not set",
                       is_kind == container_is_sandbox ? "pod_sandbox_id" : "container_id");
    if (!select_all(inventory, scope, id, &wanted, &containers, &count, err))
        return err_wrap(err, "find %s \"%.128s\"", kind, id);
    if (count == 0)
        return err_set(err, CODE_NOT_FOUND, "%s \"%.128s\" does not exist", kind, id);
    if (count > 1)
        return err_set(err, CODE_NOT_FOUND, "\"%.128s\" is the beginning of more than one %s id",
                       id, kind);
    *ret_container = containers[0];
    return true;
}

bool inventory_sandbox(struct inventory *inventory, struct scope *scope, const char *id,
                       json_t **ret_sandbox, struct err *err)
{
    return find(inventory, scope, "pod sandbox", container_is_sandbox, id, ret_sandbox, err);
}

bool inventory_container(struct inventory *inventory, struct scope *scope, const char *id,
                         json_t **ret_container, struct err *err)
{
    return find(inventory, scope, "container", container_is_workload, id, ret_container, err);
}

bool inventory_sandboxes(struct inventory *inventory, struct scope *scope, json_t ***ret_sandboxes,
                         size_t *ret_count, struct err *err)
{
    const struct wanted wanted = {.is_kind = container_is_sandbox};
    return select_all(inventory, scope, "", &wanted, ret_sandboxes, ret_count, err) ||
           err_wrap(err, "list pod sandboxes");
}

bool inventory_containers(struct inventory *inventory, struct scope *scope, const char *sandbox_id,
                          json_t ***ret_containers, size_t *ret_count, struct err *err)
{
    const struct wanted wanted = {.is_kind = container_is_workload, .sandbox_id = sandbox_id};
    return select_all(inventory, scope, "", &wanted, ret_containers, ret_count, err) ||
           err_wrap(err, "list containers");
}

void inventory_refresh(struct inventory *inventory, struct scope *scope, const char *id)
{
    struct err err = ERR_INIT;
    if (!keeper_ask(inventory->docker, inventory->picture, scope->cancel, id, &err))
        log_debug("not asked anew: %s", err.text);
}

bool inventory_image(struct inventory *inventory, struct scope *scope, const char *image_id,
                     json_t **ret_image, struct err *err)
{
    return image_cache_get(inventory->images, scope, image_id, ret_image, err);
}

struct watch *inventory_watch(struct inventory *inventory, struct err *err)
{
    return picture_watch(inventory->picture, err);
}

void inventory_unwatch(struct inventory *inventory, struct watch *take_watch)
{
    picture_unwatch(inventory->picture, take_watch);
}

bool inventory_next_event(struct inventory *inventory, struct watch *watch, struct scope *scope,
                          struct inventory_event *ret_event, struct err *err)
{
    const struct watch_event *event;
    if (!picture_next(inventory->picture, watch, scope, &event, err))
        return err_wrap(err, "wait for container events");
    *ret_event = (struct inventory_event){
        .type = event->type,
        .time_ns = event->time_ns,
        .container = shared_document(event->container),
        .sandbox = event->sandbox != NULL ? shared_document(event->sandbox) : NULL,
    };
    return true;
}
