/* Images that the kubelet's garbage collection must leave alone: the pause image, and those that
 * the operator named. */
#ifndef SHIM_RPC_IMAGE_PINNED_H
#define SHIM_RPC_IMAGE_PINNED_H

#include "shim/rpc/daemon.h"

bool image_is_pinned(const struct daemon *daemon, struct arena *arena, const json_t *image);

#endif
