/* The full status of one pod: its sandbox with addresses, and its containers. */
#ifndef SHIM_RPC_POD_STATUS_H
#define SHIM_RPC_POD_STATUS_H

#include "proto/api.pb-c.h"
#include "shim/rpc/daemon.h"

/* The status of a container from its inspect document, with the user from its process. */
bool container_status_collect(struct daemon *daemon, struct scope *scope, const json_t *container,
                              Cri__ContainerStatus **ret_status, struct err *err);

bool sandbox_status_collect(struct daemon *daemon, struct scope *scope, const json_t *sandbox,
                            Cri__PodSandboxStatus **ret_status, struct err *err);

/* The statuses of all containers of a sandbox (full id). */
bool container_statuses_collect(struct daemon *daemon, struct scope *scope, const char *sandbox_id,
                                Cri__ContainerStatus ***ret_statuses, size_t *ret_count,
                                struct err *err);

#endif
