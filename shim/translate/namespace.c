#include "shim/translate/namespace.h"

#include <string.h>

#include "shim/translate/body.h"
#include "shim/translate/json.h"
#include "shim/translate/label.h"
#include "shim/translate/sandbox_status.h"

#define OPTIONS "config.linux.security_context.namespace_options."

static bool refuse(const char *field, Cri__NamespaceMode mode, struct err *err)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&cri__namespace_mode__descriptor, (int)mode);
    return err_set(err, CODE_INVALID_ARGUMENT, OPTIONS "%s cannot be %s", field,
                   value != NULL ? value->name : "an unknown mode");
}

static bool is_pod_or_node(const char *field, Cri__NamespaceMode mode, struct err *err)
{
    return mode == CRI__NAMESPACE_MODE__POD || mode == CRI__NAMESPACE_MODE__NODE ||
           refuse(field, mode, err);
}

static bool check(const Cri__NamespaceOption *options, struct err *err)
{
    const Cri__UserNamespace *user = options->userns_options;
    if (!is_pod_or_node("network", options->network, err) ||
        !is_pod_or_node("ipc", options->ipc, err) ||
        (user != NULL && !is_pod_or_node("userns_options.mode", user->mode, err)))
        return false;
    if (user != NULL && user->mode == CRI__NAMESPACE_MODE__POD)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       OPTIONS "userns_options: a pod cannot have a user namespace of its own "
                               "here: Docker maps user ids only for the whole engine "
                               "(userns-remap)");
    return true;
}

bool namespace_is_host_network(const Cri__NamespaceOption *options)
{
    return options != NULL && options->network == CRI__NAMESPACE_MODE__NODE;
}

bool namespace_set_sandbox(json_t *host_config, const Cri__NamespaceOption *options,
                           const char *network_mode, struct err *err)
{
    static const Cri__NamespaceOption unset = CRI__NAMESPACE_OPTION__INIT;
    if (options == NULL)
        options = &unset;
    if (!check(options, err))
        return false;
    bool host_network = namespace_is_host_network(options);
    body_set(host_config, "NetworkMode", body_text(host_network ? "host" : network_mode));
    if (host_network) /* the node's name goes with the node's network */
        body_set(host_config, "UTSMode", body_text("host"));
    body_set(host_config, "IpcMode",
             body_text(options->ipc == CRI__NAMESPACE_MODE__NODE ? "host" : "shareable"));
    switch (options->pid) {
    case CRI__NAMESPACE_MODE__NODE:
        body_set(host_config, "PidMode", body_text("host"));
        return true;
    case CRI__NAMESPACE_MODE__POD: /* the pause process begins the one that containers share */
    case CRI__NAMESPACE_MODE__CONTAINER:
        return true;
    default:
        return refuse("pid", options->pid, err);
    }
}

/* CRI: the target is a container of the same pod. */
static bool target_pid_mode(struct arena *arena, const Cri__NamespaceOption *options,
                            const json_t *sandbox, const json_t *target, const char **ret_mode,
                            struct err *err)
{
    if (target == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, OPTIONS "target_id is not set");
    if (strcmp(label_get(target, LABEL_SANDBOX_ID), json_id(sandbox)) != 0)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       OPTIONS "target_id: container %s is not in this pod", options->target_id);
    if (!json_bool_at(target, "State.Running"))
        return err_set(err, CODE_FAILED_PRECONDITION,
                       OPTIONS "target_id: container %s does not run", options->target_id);
    *ret_mode = arena_printf(arena, "container:%s", json_id(target));
    return true;
}

bool namespace_set_container(struct arena *arena, json_t *host_config,
                             const Cri__NamespaceOption *options, const json_t *sandbox,
                             const json_t *target, struct err *err)
{
    static const Cri__NamespaceOption unset = CRI__NAMESPACE_OPTION__INIT;
    if (options == NULL)
        options = &unset;
    if (!check(options, err))
        return false;
    const char *joined = arena_printf(arena, "container:%s", json_id(sandbox));
    const char *pid_mode = NULL; /* one of its own */
    switch (options->pid) {
    case CRI__NAMESPACE_MODE__POD:
        pid_mode = joined;
        break;
    case CRI__NAMESPACE_MODE__CONTAINER:
        break;
    case CRI__NAMESPACE_MODE__NODE:
        pid_mode = "host";
        break;
    case CRI__NAMESPACE_MODE__TARGET:
        if (!target_pid_mode(arena, options, sandbox, target, &pid_mode, err))
            return false;
        break;
    default:
        return refuse("pid", options->pid, err);
    }
    body_set(host_config, "NetworkMode", body_text(joined));
    body_set(host_config, "IpcMode", body_text(joined));
    if (pid_mode != NULL)
        body_set(host_config, "PidMode", body_text(pid_mode));
    /* What the sandbox has, not what the request says of it: the network is the sandbox's. */
    if (sandbox_host_network(sandbox))
        body_set(host_config, "UTSMode", body_text("host"));
    return true;
}
