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
 * not answer, its events will tell. */
void inventory_refresh(struct inventory *inventory, struct scope *scope, const char *id);

/* The inspect document of an image that a container was made from (full id), asked for once and
 * kept until Docker tells of a change to its images. NOT_FOUND if it is gone. */
bool inventory_image(struct inventory *inventory, struct scope *scope, const char *image_id,
                     json_t **ret_image, struct err *err);

#endif
