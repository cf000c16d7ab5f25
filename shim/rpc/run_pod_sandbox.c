#include "shim/rpc/rpc.h"

#include "dockerapi/container.h"
#include "shim/base/clock.h"
#include "shim/base/keylock.h"
#include "shim/base/log.h"
#include "shim/inventory/inventory.h"
#include "shim/inventory/pause_image.h"
#include "shim/network/resolv_conf.h"
#include "shim/rpc/create_named.h"
#include "shim/rpc/discard.h"
#include "shim/rpc/seccomp_profile.h"
#include "shim/translate/name.h"
#include "shim/translate/sandbox_create.h"
#include "shim/translate/sandbox_status.h"

/* The pause container's body, and the files that it needs on the host. */
static bool prepare(struct call *call, const Cri__RunPodSandboxRequest *in, const char *resolv_conf,
                    json_t **ret_body, struct err *err)
{
    struct daemon *daemon = call_daemon(call);
    struct engine engine;
    struct sandbox_create create = {
        .config = in->config,
        .runtime_handler = in->runtime_handler,
        .resolv_conf = resolv_conf,
        .network_mode = network_mode(daemon->network),
        .publish_ports = network_publishes_ports(daemon->network),
        .engine = &engine,
    };
    return daemon_engine(daemon, &call->scope, &engine, err) &&
           seccomp_profile_read(call->scope.arena, sandbox_seccomp_path(in->config),
                                &create.seccomp_profile, err) &&
           pause_image_ensure(daemon->docker, &call->scope, daemon->names, daemon->settings,
                              &create.image, err) &&
           translate_sandbox_create(call->scope.arena, &create, ret_body, err);
}

/* Starts the pause container and gives the pod its network. */
static bool bring_up(struct daemon *daemon, struct scope *scope, const char *id,
                     const Cri__PodSandboxConfig *config, struct err *err)
{
    json_t *sandbox;
    bool started = docker_container_start(daemon->docker, scope, id, err);
    inventory_refresh(daemon->inventory, scope, id);
    if (!started || !inventory_sandbox(daemon->inventory, scope, id, &sandbox, err))
        return err_wrap(err, "start pod sandbox %s", id);
    return sandbox_host_network(sandbox) ||
           network_setup(daemon->network, scope, sandbox, config, err) ||
           err_wrap(err, "network of pod sandbox %s", id);
}

/* What a failed start left goes at once; if that fails too, RemovePodSandbox finds it by its
 * labels. */
static void roll_back(struct daemon *daemon, struct scope *scope, const char *id)
{
    struct err err = ERR_INIT;
    json_t *sandbox;
    if (!inventory_sandbox(daemon->inventory, scope, id, &sandbox, &err) ||
        !discard_sandbox(daemon, scope, id, sandbox, &err))
        log_warn("what is left of pod sandbox %s could not be removed: %s", id, err.text);
}

static bool create_and_start(struct call *call, const Cri__RunPodSandboxRequest *in,
                             const char *name, json_t *body, const char **ret_id, struct err *err)
{
    /* From here on a client that leaves must not leave half a sandbox behind. */
    enum { LIMIT_S = 600 };
    struct daemon *daemon = call_daemon(call);
    struct scope *scope = call_shield(call, LIMIT_S * NS_PER_S);
    if (!create_named(daemon, scope, name, body, ret_id, err))
        return false;
    call->subject = *ret_id;
    if (bring_up(daemon, scope, *ret_id, in->config, err))
        return true;
    roll_back(daemon, call_shield(call, LIMIT_S * NS_PER_S), *ret_id);
    return false;
}

bool rpc_run_pod_sandbox(struct call *call, const Cri__RunPodSandboxRequest *in,
                         Cri__RunPodSandboxResponse *out, struct err *err)
{
    if (in->config == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "config is not set");
    struct daemon *daemon = call_daemon(call);
    struct arena *arena = call->scope.arena;
    const char *root = daemon->settings->root_directory;
    const char *name, *resolv_conf;
    if (!name_format_sandbox(arena, in->config->metadata, "config.metadata", &name, err))
        return false;
    call->subject = name;
    if (!keylock_take(daemon->names, &call->scope, name, err) ||
        !resolv_conf_create(arena, root, in->config, &resolv_conf, err))
        return false;
    json_t *body;
    if (prepare(call, in, resolv_conf, &body, err) &&
        create_and_start(call, in, name, body, &out->pod_sandbox_id, err))
        return true;
    struct err ignored = ERR_INIT; /* the first failure is the one to tell */
    (void)resolv_conf_remove(arena, root, resolv_conf, &ignored);
    return false;
}
