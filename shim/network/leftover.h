/*
 * Plugins that an earlier life of the daemon started and that still run: undoing what they do
 * before they are done would leave the rest behind.
 */
#ifndef SHIM_NETWORK_LEFTOVER_H
#define SHIM_NETWORK_LEFTOVER_H

#include "shim/base/scope.h"

/* Waits until no plugin runs for the container any more; those that outstay `timeout_ns` are killed
 * with their process groups. They are known by their environment (CNI_CONTAINERID) and by leading a
 * process group, but no session, of their own, as a daemon that a plugin started on purpose does.
 * The caller must run none for the container itself. */
bool leftover_wait(struct scope *scope, const char *container_id, int64_t timeout_ns,
                   struct err *err);

#endif
