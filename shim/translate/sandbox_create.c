#include "shim/translate/sandbox_create.h"

#include "shim/translate/annotation.h"
#include "shim/translate/body.h"
#include "shim/translate/cgroup_parent.h"
#include "shim/translate/json.h"
#include "shim/translate/label.h"
#include "shim/translate/log_options.h"
#include "shim/translate/mount.h"
#include "shim/translate/namespace.h"
#include "shim/translate/path.h"
#include "shim/translate/port.h"
#include "shim/translate/security.h"
#include "shim/translate/user.h"

enum {
    OOM_SCORE_ADJ = -998, /* the pod's namespaces go last when memory runs out */
    CPU_SHARES = 2,       /* the kernel's least */
    SHM_SIZE_BYTES = 64 << 20,
};

static const Cri__LinuxSandboxSecurityContext *context_of(const Cri__PodSandboxConfig *config)
{
    return config != NULL && config->linux != NULL ? config->linux->security_context : NULL;
}

const char *sandbox_seccomp_path(const Cri__PodSandboxConfig *config)
{
    struct security security;
    struct err ignored = ERR_INIT; /* the translation tells it */
    return security_parse_sandbox(context_of(config), &security, &ignored)
               ? security.seccomp.profile.name
               : NULL;
}

static bool set_labels(json_t *body, const struct sandbox_create *in, struct err *err)
{
    const Cri__PodSandboxConfig *config = in->config;
    json_t *labels = body_object_at(body, "Labels");
    label_add(labels, config->labels, config->n_labels, config->annotations, config->n_annotations);
    body_set(labels, LABEL_TYPE, body_text(LABEL_TYPE_SANDBOX));
    body_set(labels, LABEL_CONTAINER_NAME, body_text("POD"));
    body_set(labels, LABEL_RUNTIME_HANDLER, body_text(in->runtime_handler));
    if (config->log_directory[0] == '\0')
        return true;
    body_set(labels, LABEL_LOG_DIRECTORY, body_text(config->log_directory));
    return path_is_absolute(config->log_directory) ||
           err_set(err, CODE_INVALID_ARGUMENT, "config.log_directory \"%s\" is not absolute",
                   config->log_directory);
}

static bool set_runtime(json_t *host_config, const struct sandbox_create *in, struct err *err)
{
    const struct engine *engine = in->engine;
    const struct engine_runtime *runtime = engine_runtime_find(engine, in->runtime_handler);
    if (in->runtime_handler[0] == '\0')
        return true;
    if (runtime == NULL)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "runtime_handler \"%s\": Docker has no runtime of this name",
                       in->runtime_handler);
    if (runtime != engine_runtime_find(engine, ""))
        body_set(host_config, "Runtime", body_text(runtime->name));
    return true;
}

static bool set_network(struct arena *arena, json_t *body, json_t *host_config,
                        const struct sandbox_create *in,
                        const Cri__LinuxSandboxSecurityContext *context, struct err *err)
{
    const Cri__PodSandboxConfig *config = in->config;
    const Cri__NamespaceOption *options = context != NULL ? context->namespace_options : NULL;
    if (!namespace_set_sandbox(host_config, options, in->network_mode, err) ||
        !port_check(config->port_mappings, config->n_port_mappings, err))
        return false;
    if (!namespace_is_host_network(options)) {
        json_set_text(body, "Hostname", config->hostname);
        if (in->publish_ports)
            port_set(arena, body, host_config, config->port_mappings, config->n_port_mappings);
    }
    if (in->resolv_conf != NULL)
        mount_add_resolv_conf(host_config, in->resolv_conf, false, in->engine);
    return true;
}

static bool set_security(struct arena *arena, json_t *body, json_t *host_config,
                         const struct sandbox_create *in,
                         const Cri__LinuxSandboxSecurityContext *context, struct err *err)
{
    struct security security;
    if (!security_parse_sandbox(context, &security, err))
        return false;
    security.seccomp.text = in->seccomp_profile;
    if (!security_add(host_config, &security, in->engine, err))
        return false;
    if (context == NULL)
        return true;
    /* The pause image has no groups that a policy could merge or leave out. */
    const struct user user = {
        .uid = context->run_as_user,
        .gid = context->run_as_group,
        .name = "",
        .groups = context->supplemental_groups,
        .group_count = context->n_supplemental_groups,
    };
    body_set_true(host_config, "ReadonlyRootfs", context->readonly_rootfs);
    return user_set(arena, body, host_config, &user, err);
}

/* The pod's overhead and the sum of its containers' resources are for runtimes that size a virtual
 * machine by them; the kubelet itself limits the pod's cgroup. */
static bool set_linux(struct arena *arena, json_t *host_config, const struct sandbox_create *in,
                      struct err *err)
{
    const Cri__LinuxPodSandboxConfig *linux = in->config->linux;
    if (linux == NULL)
        return true;
    for (size_t i = 0; i < linux->n_sysctls; i++)
        body_set(body_object_at(host_config, "Sysctls"), linux->sysctls[i]->key,
                 body_text(linux->sysctls[i]->value));
    return cgroup_parent_set(arena, host_config, linux->cgroup_parent, "config.linux.cgroup_parent",
                             in->engine, err);
}

bool translate_sandbox_create(struct arena *arena, const struct sandbox_create *in,
                              json_t **ret_body, struct err *err)
{
    if (in->config == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "config is not set");
    const Cri__LinuxSandboxSecurityContext *context = context_of(in->config);
    json_t *body = arena_json(arena, body_object());
    json_t *host_config = body_object_at(body, "HostConfig");
    body_set(body, "Image", body_text(in->image));
    body_set(body_object_at(body, "Healthcheck"), "Test", json_pack("[s]", "NONE"));
    body_set(body_object_at(host_config, "RestartPolicy"), "Name", body_text("no"));
    body_set(host_config, "Init", json_false()); /* pause itself reaps the pod's orphans */
    body_set_int(host_config, "OomScoreAdj", OOM_SCORE_ADJ);
    body_set_int(host_config, "CpuShares", CPU_SHARES);
    body_set_int(host_config, "ShmSize", SHM_SIZE_BYTES);
    log_options_set_sandbox(host_config);
    annotation_set(host_config, in->config->annotations, in->config->n_annotations, in->engine);
    if (!set_labels(body, in, err) || !set_runtime(host_config, in, err) ||
        !set_network(arena, body, host_config, in, context, err) ||
        !set_security(arena, body, host_config, in, context, err) ||
        !set_linux(arena, host_config, in, err))
        return false;
    *ret_body = body;
    return true;
}
