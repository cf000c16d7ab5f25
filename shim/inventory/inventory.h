/*
 * What runs on this node: the sandboxes and containers that belong to CRI, as Docker's inspect
 * documents. Containers that others started on the same engine do not exist here.
 *
 * Reading asks Docker nothing: it is done from a picture in memory that Docker's events keep true.
 * Whoever changes a container says so with inventory_refresh(), so that the next reader, whoever it
 * is, sees the change. While Docker is away everything here is UNAVAILABLE.
 *
 * Ids are full ids or unique prefixes of at least one character; a Docker name is not an id. A
 * document belongs to the scope's arena and is never changed. Threads: any.
 */
#ifndef SHIM_INVENTORY_INVENTORY_H
#define SHIM_INVENTORY_INVENTORY_H

#include "dockerapi/docker.h"
#include "proto/api.pb-c.h"

struct inventory;

/* Starts to keep the picture; `docker` is borrowed. Docker may be away. NULL on error. */
struct inventory *inventory_create(struct docker *docker, struct err *err);
void inventory_destroy(struct inventory *inventory); /* NULL is allowed */

/* NOT_FOUND, naming kind and id, if there is none, or the prefix is not unique. */
bool inventory_sandbox(struct inventory *inventory, struct scope *scope, const char *id,
                       json_t **ret_sandbox, struct err *err);
bool inventory_container(struct inventory *inventory, struct scope *scope, const char *id,
                         json_t **ret_container, struct err *err);

/* All sandboxes; all containers, or those of one sandbox (full id). The array belongs to the arena.
 */
bool inventory_sandboxes(struct inventory *inventory, struct scope *scope, json_t ***ret_sandboxes,
                         size_t *ret_count, struct err *err);
bool inventory_containers(struct inventory *inventory, struct scope *scope, const char *sandbox_id,
                          json_t ***ret_containers, size_t *ret_count, struct err *err);

/* Asks Docker about one container (full id) now, because the caller has changed it. If Docker does
 * not answer, it is asked again, and readers see the state from before. */
void inventory_refresh(struct inventory *inventory, struct scope *scope, const char *id);

/* The inspect document of an image (full id), asked for once and kept for a minute at most, or
 * until Docker tells of a change to its images. NOT_FOUND if it is gone, which is kept as well. */
bool inventory_image(struct inventory *inventory, struct scope *scope, const char *image_id,
                     json_t **ret_image, struct err *err);

/* The changes to sandboxes and containers from now on, as CRI's events, in their order. Also those
 * that happened while Docker was away come, when it is back. NULL on error. */
struct watch *inventory_watch(struct inventory *inventory, struct err *err);
void inventory_unwatch(struct inventory *inventory, struct watch *take_watch);

struct inventory_event {
    Cri__ContainerEventType type;
    int64_t time_ns;   /* real */
    json_t *container; /* or sandbox, as it became by the event; as it was if it is gone */
    json_t *sandbox;   /* of its pod, at that time; NULL if it was not known */
};

/* Waits for the next event; its documents belong to the scope's arena. RESOURCE_EXHAUSTED for a
 * watcher that fell too far behind: it has missed events. */
bool inventory_next_event(struct inventory *inventory, struct watch *watch, struct scope *scope,
                          struct inventory_event *ret_event, struct err *err);

#endif
