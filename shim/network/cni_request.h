/*
 * What plugins are told about a pod: CNI_ARGS and the values of the well-known capabilities. Pure.
 * All values are made for every pod; a plugin gets those that it declares (cni_invoke.h).
 *
 * Sources: CNI's CONVENTIONS.md; Kubernetes' network plugin documentation for the bandwidth
 * annotations.
 */
#ifndef SHIM_NETWORK_CNI_REQUEST_H
#define SHIM_NETWORK_CNI_REQUEST_H

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"

/* "IgnoreUnknown=1;K8S_POD_NAMESPACE=…;K8S_POD_NAME=…;K8S_POD_INFRA_CONTAINER_ID=…;K8S_POD_UID=…"
 */
const char *cni_request_arguments(struct arena *arena, const Cri__PodSandboxMetadata *metadata,
                                  const char *sandbox_id);

/* The capabilities' values, each only if there is something to say: portMappings (always, even
 * empty), bandwidth, ipRanges, dns, mac, ips, aliases, cgroupPath, deviceID and
 * io.kubernetes.cri.pod-annotations. The object belongs to the arena. INVALID_ARGUMENT names an
 * annotation or CIDR that cannot be read.
 *
 * mac, ips and deviceID come from the annotations "cni.dockershimd.io/mac", "…/ips" (commas
 * between) and "…/device-id"; aliases are the pod's name and hostname. */
bool cni_request_capabilities(struct arena *arena, const Cri__PodSandboxConfig *config,
                              const char *pod_cidr, json_t **ret_capabilities, struct err *err);

/* "a,b" -> [[{"subnet": a}], [{"subnet": b}]], new: one list for every address that a pod gets.
 * NULL with the error if one is no CIDR. */
json_t *cni_request_ip_ranges(const char *pod_cidr, struct err *err);

#endif
