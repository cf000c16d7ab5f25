/*
 * Taking things away for good, with everything that hangs on them. Each step forgives what is gone
 * already, so a call that was cut short is finished by its repetition.
 */
#ifndef SHIM_RPC_DISCARD_H
#define SHIM_RPC_DISCARD_H

#include "shim/rpc/daemon.h"

/* Kills and removes a workload container. */
bool discard_container(struct daemon *daemon, struct scope *scope, const json_t *container,
                       struct err *err);

/* Removes the pod's containers, its network and its pause container. `sandbox` is NULL if Docker
 * has forgotten it: then its leftovers go. */
bool discard_sandbox(struct daemon *daemon, struct scope *scope, const char *id,
                     const json_t *sandbox, struct err *err);

#endif
