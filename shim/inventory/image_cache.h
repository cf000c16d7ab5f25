/* Inspect documents of images, kept until something about Docker's images changes. Threads: any. */
#ifndef SHIM_INVENTORY_IMAGE_CACHE_H
#define SHIM_INVENTORY_IMAGE_CACHE_H

#include "dockerapi/docker.h"

struct image_cache;

struct image_cache *image_cache_create(struct docker *docker); /* borrowed */
void image_cache_destroy(struct image_cache *cache);           /* NULL is allowed */

/* The document of an image id; it belongs to the scope's arena and is never changed. */
bool image_cache_get(struct image_cache *cache, struct scope *scope, const char *image_id,
                     json_t **ret_image, struct err *err);

void image_cache_clear(struct image_cache *cache);

#endif
