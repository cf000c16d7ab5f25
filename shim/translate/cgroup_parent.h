/*
 * The pod's cgroup, in which Docker makes those of its containers. CRI always writes it as a path.
 * For the systemd driver its last part is the slice; the parts above follow from its name.
 */
#ifndef SHIM_TRANSLATE_CGROUP_PARENT_H
#define SHIM_TRANSLATE_CGROUP_PARENT_H

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"
#include "shim/translate/engine.h"

/* Sets HostConfig.CgroupParent; "" leaves Docker's own. INVALID_ARGUMENT if the path is made for
 * the other cgroup driver: the kubelet and Docker would then manage different cgroups. `field` says
 * where the path stood. */
bool cgroup_parent_set(struct arena *arena, json_t *host_config, const char *path,
                       const char *field, const struct engine *engine, struct err *err);

#endif
