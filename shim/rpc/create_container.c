#include "shim/rpc/rpc.h"

#include "shim/base/clock.h"
#include "shim/base/keylock.h"
#include "shim/inventory/inventory.h"
#include "shim/rpc/create_named.h"
#include "shim/rpc/seccomp_profile.h"
#include "shim/translate/container_create.h"
#include "shim/translate/container_status.h"
#include "shim/translate/name.h"
#include "shim/translate/sandbox_status.h"

/* The running sandbox that the container joins. */
static bool find_sandbox(struct call *call, const char *id, json_t **ret_sandbox, struct err *err)
{
    if (!inventory_sandbox(call_daemon(call)->inventory, &call->scope, id, ret_sandbox, err))
        return false;
    return sandbox_state(*ret_sandbox) == CRI__POD_SANDBOX_STATE__SANDBOX_READY ||
           err_set(err, CODE_FAILED_PRECONDITION, "pod sandbox %s does not run",
                   container_id(*ret_sandbox));
}

/* The container whose process namespace is to be shared; none unless the mode is TARGET. */
static bool find_target(struct call *call, const Cri__ContainerConfig *config, json_t **ret_target,
                        struct err *err)
{
    *ret_target = NULL;
    const Cri__LinuxContainerSecurityContext *security =
        config->linux != NULL ? config->linux->security_context : NULL;
    const Cri__NamespaceOption *options = security != NULL ? security->namespace_options : NULL;
    if (options == NULL || options->pid != CRI__NAMESPACE_MODE__TARGET)
        return true;
    return inventory_container(call_daemon(call)->inventory, &call->scope, options->target_id,
                               ret_target, err) ||
           err_wrap(err, "namespace_options.target_id");
}

static bool prepare(struct call *call, const Cri__CreateContainerRequest *in, const json_t *sandbox,
                    json_t **ret_body, struct err *err)
{
    struct engine engine;
    json_t *target;
    struct container_create create = {
        .config = in->config,
        .sandbox_config = in->sandbox_config,
        .sandbox = sandbox,
        .cri_log = call_daemon(call)->settings->log_mode == LOG_MODE_CRI,
        .engine = &engine,
    };
    if (!daemon_engine(call_daemon(call), &call->scope, &engine, err) ||
        !find_target(call, in->config, &target, err) ||
        !seccomp_profile_read(call->scope.arena, container_seccomp_path(in->config),
                              &create.seccomp_profile, err))
        return false;
    create.target = target;
    return translate_container_create(call->scope.arena, &create, ret_body, err);
}

bool rpc_create_container(struct call *call, const Cri__CreateContainerRequest *in,
                          Cri__CreateContainerResponse *out, struct err *err)
{
    enum { LIMIT_S = 600 };
    if (in->config == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "config is not set");
    struct daemon *daemon = call_daemon(call);
    struct arena *arena = call->scope.arena;
    json_t *sandbox, *body;
    const char *name;
    call->subject = in->pod_sandbox_id;
    if (!find_sandbox(call, in->pod_sandbox_id, &sandbox, err) ||
        !name_format_container(arena, in->config->metadata,
                               translate_sandbox_metadata(arena, sandbox), &name, err))
        return false;
    call->subject = name;
    if (!keylock_take(daemon->names, &call->scope, name, err) ||
        !prepare(call, in, sandbox, &body, err) ||
        !create_named(daemon, call_shield(call, LIMIT_S * NS_PER_S), name, body, &out->container_id,
                      err))
        return false;
    call->subject = out->container_id;
    return true;
}
