/*
 * The image of the pause container: the one built into the daemon, so that a node without a
 * registry starts pods, or the operator's (--pod-infra-container-image).
 *
 * No registry has the built-in one: where it is missing it is loaded, and never pulled.
 */
#ifndef SHIM_INVENTORY_PAUSE_IMAGE_H
#define SHIM_INVENTORY_PAUSE_IMAGE_H

#include "dockerapi/docker.h"
#include "shim/base/keylock.h"
#include "shim/base/settings.h"

/* The built-in image as `docker save` would write it. */
extern const unsigned char pause_image_tar[];
extern const uint64_t pause_image_tar_bytes; /* its length */

/* Its name in the engine, "dockershimd/pause:<version>". */
const char *pause_image_reference(void);

/* Makes sure that the engine has the image, and names it: it loads the built-in one or pulls the
 * operator's with the node's credentials (shim/inventory/node_credentials.h). `turns` lets one
 * caller at a time do that; the others find it done. */
bool pause_image_ensure(struct docker *docker, struct scope *scope, struct keylock *turns,
                        const struct settings *settings, const char **ret_image, struct err *err);

#endif
