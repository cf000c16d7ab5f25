/*
 * Keeps the picture true: listens to the engine's events, asks about what changed, and compares now
 * and then. Nothing in here waits for a container that does not answer: others are asked about by
 * other threads.
 */
#ifndef SHIM_INVENTORY_KEEPER_H
#define SHIM_INVENTORY_KEEPER_H

#include "dockerapi/docker.h"
#include "shim/inventory/picture.h"

struct keeper;

/* Whatever is cached of images is void: for each image event, and when the engine is found or lost.
 * Only while it is `heard` may anything be cached. Runs on the keeper's thread. */
typedef void keeper_image_fn(void *context, bool heard);

/* Starts the threads; both are borrowed. NULL on error. */
struct keeper *keeper_create(struct docker *docker, struct picture *picture,
                             keeper_image_fn *image_changed, void *context, struct err *err);
void keeper_destroy(struct keeper *keeper);

/* Asks about one container (full id) now and puts the answer into the picture, so that the next
 * reader sees what the caller did. A container that is gone is a fine answer. Without an answer the
 * keeper goes on asking. */
bool keeper_ask(struct docker *docker, struct picture *picture, struct cancel *cancel,
                const char *id, struct err *err);

#endif
