#include "shim/network/network.h"

#include <stdlib.h>

#include "shim/base/alloc.h"
#include "shim/network/plugin.h"

struct network {
    const struct network_plugin_ops *plugin;
    void *state;
};

static const struct network_plugin_ops *plugin_find(enum network_plugin plugin)
{
    return plugin == NETWORK_PLUGIN_BRIDGE ? &network_bridge : &network_cni;
}

struct network *network_create(const struct settings *settings, struct err *err)
{
    struct network *network = xcalloc(1, sizeof(*network));
    network->plugin = plugin_find(settings->network_plugin);
    if (!network->plugin->create(settings, &network->state, err)) {
        free(network);
        return NULL;
    }
    return network;
}

void network_destroy(struct network *network)
{
    if (network == NULL)
        return;
    network->plugin->destroy(network->state);
    free(network);
}

const char *network_mode(const struct network *network)
{
    return network->plugin->mode;
}

bool network_publishes_ports(const struct network *network)
{
    return network->plugin->publishes_ports;
}

bool network_setup(struct network *network, struct scope *scope, const json_t *sandbox,
                   const Cri__PodSandboxConfig *config, struct err *err)
{
    return network->plugin->setup(network->state, scope, sandbox, config, err);
}

bool network_teardown(struct network *network, struct scope *scope, const char *sandbox_id,
                      const json_t *sandbox, struct err *err)
{
    return network->plugin->teardown(network->state, scope, sandbox_id, sandbox, err);
}

bool network_ips(struct network *network, struct scope *scope, const json_t *sandbox,
                 const char *const **ret_ips, size_t *ret_count, struct err *err)
{
    return network->plugin->ips(network->state, scope, sandbox, ret_ips, ret_count, err);
}

bool network_ready(struct network *network, struct scope *scope, struct err *err)
{
    return network->plugin->ready(network->state, scope, err);
}

bool network_check(struct network *network, struct scope *scope, const json_t *sandbox,
                   struct err *err)
{
    return network->plugin->check(network->state, scope, sandbox, err);
}

bool network_set_pod_cidr(struct network *network, const char *pod_cidr, struct err *err)
{
    return network->plugin->set_pod_cidr(network->state, pod_cidr, err);
}

const char **network_known(struct network *network, struct arena *arena, size_t *ret_count)
{
    return network->plugin->known(network->state, arena, ret_count);
}

bool network_reconcile(struct network *network, struct scope *scope,
                       const struct network_census *census, struct err *err)
{
    return network->plugin->reconcile(network->state, scope, census, err);
}
