/*
 * One pull of an image, watched: it ends when nothing has moved for a while, and a layer that is
 * being unpacked counts as moving.
 *
 * The errors of the pull itself are not wrapped, and must not be on their way to the kubelet: see
 * shim/translate/pull_error.h.
 */
#ifndef SHIM_INVENTORY_IMAGE_PULL_H
#define SHIM_INVENTORY_IMAGE_PULL_H

#include "dockerapi/docker.h"

/* Pulls a reference (not an id) and gives the image's id. Waits as long as the pull moves; the
 * scope's end stops it. `auth` is Docker's document or NULL (borrowed). `stall_limit_ns` is
 * --image-pull-progress-deadline; 0 waits forever. */
bool image_pull(struct docker *docker, struct scope *scope, const char *reference, json_t *auth,
                int64_t stall_limit_ns, const char **ret_id, struct err *err);

#endif
