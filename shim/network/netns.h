/*
 * Network namespaces of pods: pinned under the run directory as soon as the pause container runs,
 * so that they outlive it and plugins can undo their work in them.
 *
 * What must happen inside one happens on a short-lived thread of its own (setns), never in a child
 * process and never on a thread that comes back.
 */
#ifndef SHIM_NETWORK_NETNS_H
#define SHIM_NETWORK_NETNS_H

#include <stdint.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

/* Bind-mounts the network namespace of a process at `path`, whose directory is made if missing. A
 * pin that is there already is left if it is the same namespace, else replaced. FAILED_PRECONDITION
 * if the process is gone, or lives in the daemon's own namespace: no pod's network is set up there.
 */
bool netns_pin(const char *path, int64_t pid, struct err *err);

/* Unmounts and removes a pin, in all mount namespaces; one that is not there is fine. */
bool netns_unpin(const char *path, struct err *err);

/* True if `path` is a namespace (a pin, or /proc/PID/ns/net), and not merely a file. */
bool netns_exists(const char *path);

/* True if both are, and are the same namespace. */
bool netns_is_same(const char *left, const char *right);

/* True if `path` is the daemon's own namespace. */
bool netns_is_own(const char *path);

/* The path of a process's namespace, arena; it need not exist. */
const char *netns_of_process(struct arena *arena, int64_t pid);

/* Moves the calling thread into the network namespace of a process, for good: let it end soon. */
bool netns_enter(int64_t pid, struct err *err);

/* Brings the loopback interface up. */
bool netns_loopback_up(const char *path, struct err *err);

/* The addresses of an interface but for link-local ones of IPv6, IPv4 first, as text without prefix
 * length. At most `max`; *ret_count is their number. */
bool netns_addresses(struct arena *arena, const char *path, const char *interface,
                     const char **ret_addresses, size_t max, size_t *ret_count, struct err *err);

#endif
