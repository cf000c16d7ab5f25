/*
 * Which of its image's names a container shows. An image may have many tags in many registries; a
 * container shows the one it was created with.
 */
#ifndef SHIM_TRANSLATE_CONTAINER_IMAGE_H
#define SHIM_TRANSLATE_CONTAINER_IMAGE_H

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"

/* The spec of an inspect document. `image` is the inspect document of the container's image, or
 * NULL where it is unknown; then an image id stays an id. */
Cri__ImageSpec *container_image_spec(struct arena *arena, const json_t *container,
                                     const json_t *image);

/* The digested reference, with the prefix that tools parse:
 * "docker-pullable://<repository>@<digest>" in the repository that the container was created from,
 * else in any, else "docker://<image id>". */
const char *container_image_ref(struct arena *arena, const json_t *container, const json_t *image);

#endif
