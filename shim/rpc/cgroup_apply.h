/*
 * Resource limits that Docker's API cannot say (hugepages, cgroup v2's unified entries), written
 * into the container's cgroup. Docker does not remember them, so those of CreateContainer travel in
 * a label to StartContainer.
 */
#ifndef SHIM_RPC_CGROUP_APPLY_H
#define SHIM_RPC_CGROUP_APPLY_H

#include "proto/api.pb-c.h"
#include "shim/rpc/daemon.h"

/* What was asked for when this running container was created. */
bool cgroup_apply_created(struct arena *arena, const json_t *container, struct err *err);

/* What an update asks for. A container that does not run has no cgroup: FAILED_PRECONDITION, if
 * there is something to write. */
bool cgroup_apply(struct arena *arena, const json_t *container,
                  const Cri__LinuxContainerResources *resources, const struct engine *engine,
                  struct err *err);

#endif
