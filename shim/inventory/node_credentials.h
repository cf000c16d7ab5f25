/*
 * The registry credentials that the node's operator has given to Docker and kubelet: config.json in
 * $DOCKER_CONFIG, /root/.docker and /var/lib/kubelet. They serve the pause image alone; for all
 * others the kubelet brings credentials along.
 */
#ifndef SHIM_INVENTORY_NODE_CREDENTIALS_H
#define SHIM_INVENTORY_NODE_CREDENTIALS_H

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/translate/reference.h"

/* What docker_image_pull() sends (arena), from the first file that has an entry for the reference;
 * NULL where none has. A file that cannot be used is logged, and so is a credential helper, which
 * is never run. The files are read at each call: they may change. */
json_t *node_credentials(struct arena *arena, const struct reference *reference);

#endif
