/*
 * Inspect documents of images by their id, kept until something about Docker's images changes, or
 * for a minute: not every change has an event (a name that a BuildKit build moves has none).
 * Threads: any.
 */
#ifndef SHIM_INVENTORY_IMAGE_CACHE_H
#define SHIM_INVENTORY_IMAGE_CACHE_H

#include "dockerapi/docker.h"

struct image_cache;

struct image_cache *image_cache_create(struct docker *docker); /* borrowed */
void image_cache_destroy(struct image_cache *cache);           /* NULL is allowed */

/* The document of an image id; it belongs to the scope's arena and is never changed. NOT_FOUND if
 * there is none. Waits for Docker for two seconds at most, and falls back to an answer of the last
 * minutes: an image never changes beneath its id, only its names do. */
bool image_cache_get(struct image_cache *cache, struct scope *scope, const char *image_id,
                     json_t **ret_image, struct err *err);

/* Everything is to be asked anew. From here on something is kept only if changes are `heard` of.
 */
void image_cache_clear(struct image_cache *cache, bool heard);

#endif
