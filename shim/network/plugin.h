/* What a network plugin provides; network.h says what each must do. */
#ifndef SHIM_NETWORK_PLUGIN_H
#define SHIM_NETWORK_PLUGIN_H

#include "shim/network/network.h"

struct network_plugin_ops {
    const char *mode; /* Docker's NetworkMode */
    bool publishes_ports;
    bool (*create)(const struct settings *settings, void **ret_state, struct err *err);
    void (*destroy)(void *state);
    bool (*setup)(void *state, struct scope *scope, const json_t *sandbox,
                  const Cri__PodSandboxConfig *config, struct err *err);
    bool (*teardown)(void *state, struct scope *scope, const char *sandbox_id,
                     const json_t *sandbox, struct err *err);
    bool (*ips)(void *state, struct scope *scope, const json_t *sandbox,
                const char *const **ret_ips, size_t *ret_count, struct err *err);
    bool (*ready)(void *state, struct scope *scope, struct err *err);
    bool (*check)(void *state, struct scope *scope, const json_t *sandbox, struct err *err);
    bool (*set_pod_cidr)(void *state, const char *pod_cidr, struct err *err);
    const char **(*known)(void *state, struct arena *arena, size_t *ret_count);
    bool (*reconcile)(void *state, struct scope *scope, const struct network_census *census,
                      struct err *err);
};

extern const struct network_plugin_ops network_bridge;
extern const struct network_plugin_ops network_cni;

#endif
