/*
 * Who shares which namespaces. The pause container owns the pod's; workload containers join them by
 * its id. Docker cannot join another container's UTS namespace: it gives each container one of its
 * own with the sandbox's host name, or the node's.
 */
#ifndef SHIM_TRANSLATE_NAMESPACE_H
#define SHIM_TRANSLATE_NAMESPACE_H

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"

/* `options` may be NULL: all namespaces are the pod's. Both set modes in HostConfig.
 * INVALID_ARGUMENT names the field; FAILED_PRECONDITION for a user namespace per pod. */
bool namespace_set_sandbox(json_t *host_config, const Cri__NamespaceOption *options,
                           const char *network_mode, struct err *err);

/* `sandbox` and `target` are inspect documents; `target` is NULL unless the process namespace is
 * another container's. */
bool namespace_set_container(struct arena *arena, json_t *host_config,
                             const Cri__NamespaceOption *options, const json_t *sandbox,
                             const json_t *target, struct err *err);

bool namespace_is_host_network(const Cri__NamespaceOption *options);

#endif
