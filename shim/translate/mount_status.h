/*
 * The mounts of a container as CRI reports them: those that its configuration asked for, as
 * Docker keeps them (Mounts in their order, then Binds). Docker adds others (an image's anonymous
 * volumes), and we add the pod's resolv.conf; both stay out.
 */
#ifndef SHIM_TRANSLATE_MOUNT_STATUS_H
#define SHIM_TRANSLATE_MOUNT_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"

/* From an inspect document. Both of Docker's forms are read: Mounts, and Binds, which mounts to
 * relabel for SELinux need and the incumbent used up to its version 0.3.11. */
void translate_mounts(struct arena *arena, const json_t *container, Cri__Mount ***ret_mounts,
                      size_t *ret_count);

/* The host path of the pod's resolv.conf that is mounted into a sandbox or container, or "". It is
 * known by its place and by the shape of its path: see shim/network/resolv_conf.h. */
const char *mount_resolv_conf(const json_t *container);

#endif
