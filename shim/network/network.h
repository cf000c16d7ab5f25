/*
 * Pod networks. One of two plugins does the work: "cni", the default, or "bridge", Docker's own
 * bridge for rigs without CNI. Pods on the host's network never come here.
 *
 * The order matters: the pause container runs before network_setup(), and network_teardown() must
 * work when it no longer does, and any number of times.
 */
#ifndef SHIM_NETWORK_NETWORK_H
#define SHIM_NETWORK_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/api.pb-c.h"
#include "shim/base/scope.h"
#include "shim/base/settings.h"

#include <jansson.h>

struct network;

/* Never fails for a missing configuration: that is what network_ready() tells. */
struct network *network_create(const struct settings *settings, struct err *err);
void network_destroy(struct network *network);

/* Docker's NetworkMode for a pod with a network of its own, and whether Docker binds host ports. */
const char *network_mode(const struct network *network);
bool network_publishes_ports(const struct network *network);

/* Attaches the running sandbox (inspect document, and the configuration it was made from). On
 * failure nothing is left attached. */
bool network_setup(struct network *network, struct scope *scope, const json_t *sandbox,
                   const Cri__PodSandboxConfig *config, struct err *err);

/* Detaches a sandbox by its full id; `sandbox` is its inspect document, or NULL if Docker has
 * forgotten it. Succeeds if nothing is attached. */
bool network_teardown(struct network *network, struct scope *scope, const char *sandbox_id,
                      const json_t *sandbox, struct err *err);

/* The pod's addresses in order, arena; none is not an error, and what a pod has whose pause
 * container was restarted: its network is gone. No process is started for it. */
bool network_ips(struct network *network, struct scope *scope, const json_t *sandbox,
                 const char *const **ret_ips, size_t *ret_count, struct err *err);

/* The NetworkReady condition: false fills the error with what is missing. */
bool network_ready(struct network *network, struct scope *scope, struct err *err);

/* Whether a sandbox's network is still what it was set up to be, as far as its plugins can tell.
 * NOT_FOUND for a sandbox that this daemon did not attach, UNIMPLEMENTED where nobody can tell. */
bool network_check(struct network *network, struct scope *scope, const json_t *sandbox,
                   struct err *err);

/* UpdateRuntimeConfig's pod CIDR, one or two families separated by a comma. INVALID_ARGUMENT if it
 * is none. */
bool network_set_pod_cidr(struct network *network, const char *pod_cidr, struct err *err);

/* The ids of all sandboxes that anything is kept of, arena. */
const char **network_known(struct network *network, struct arena *arena, size_t *ret_count);

/* Who is known and who lives. The order matters: what is known is asked first, then Docker is asked
 * for its sandboxes, running or not. So a sandbox that comes in between is never taken for one that
 * is gone. */
struct network_census {
    const char *const *known;
    size_t known_count;
    const char *const *living;
    size_t living_count;
};

/* Detaches every sandbox that is known but not among the living: what an earlier life of the daemon
 * left half done, or somebody removed behind its back. Then lets the plugins drop what belongs to
 * nobody. May run beside all other calls. Tells the last failure; it is to be repeated then. */
bool network_reconcile(struct network *network, struct scope *scope,
                       const struct network_census *census, struct err *err);

#endif
