#include "shim/translate/container_create.h"

#include "shim/translate/annotation.h"
#include "shim/translate/body.h"
#include "shim/translate/capability.h"
#include "shim/translate/cgroup_parent.h"
#include "shim/translate/container_process.h"
#include "shim/translate/device.h"
#include "shim/translate/json.h"
#include "shim/translate/label.h"
#include "shim/translate/log_options.h"
#include "shim/translate/mount.h"
#include "shim/translate/namespace.h"
#include "shim/translate/path.h"
#include "shim/translate/resource.h"
#include "shim/translate/sandbox_status.h"
#include "shim/translate/security.h"
#include "shim/translate/user.h"

static const Cri__LinuxContainerSecurityContext *context_of(const Cri__ContainerConfig *config)
{
    return config != NULL && config->linux != NULL ? config->linux->security_context : NULL;
}

const char *container_seccomp_path(const Cri__ContainerConfig *config)
{
    struct security security;
    struct err ignored = ERR_INIT; /* the translation tells it */
    return security_parse_container(context_of(config), &security, &ignored) &&
                   !security.seccomp.privileged
               ? security.seccomp.profile.name
               : NULL;
}

static bool set_image(json_t *body, const Cri__ContainerConfig *config, struct err *err)
{
    const Cri__ImageSpec *image = config->image;
    if (image == NULL || image->image[0] == '\0')
        return err_set(err, CODE_INVALID_ARGUMENT, "config.image.image is not set");
    const char *asked_for = image->user_specified_image;
    body_set(body, "Image", body_text(image->image));
    body_set(body_object_at(body, "Labels"), LABEL_IMAGE,
             body_text(asked_for[0] != '\0' ? asked_for : image->image));
    return true;
}

/* The log's path, and the pod's log directory if the daemon is to write it there; "" for none. */
static bool find_log(struct arena *arena, const struct container_create *in, const char **ret_path,
                     const char **ret_directory, struct err *err)
{
    const char *directory = in->sandbox_config != NULL ? in->sandbox_config->log_directory : "";
    if (directory[0] == '\0')
        directory = sandbox_log_directory(in->sandbox);
    if (!log_path_join(arena, directory, in->config->log_path, ret_path, err))
        return false;
    bool written = in->cri_log && (*ret_path)[0] != '\0';
    *ret_directory = written ? path_clean(arena, directory) : "";
    return true;
}

/* Docker adds the image's labels to a container's. Labels that we act upon are therefore always
 * set, if only to "": an image must not choose where a log or a cgroup file is written. */
static bool set_labels(struct arena *arena, json_t *body, const struct container_create *in,
                       struct err *err)
{
    const Cri__ContainerConfig *config = in->config;
    const Cri__LinuxContainerResources *resources =
        config->linux != NULL ? config->linux->resources : NULL;
    struct cgroup_write *writes;
    size_t write_count;
    const char *log_path, *log_directory = "";
    if (!find_log(arena, in, &log_path, &log_directory, err) ||
        !cgroup_writes_from(arena, resources, "config.linux.resources", in->engine, &writes,
                            &write_count, err))
        return false;
    json_t *labels = body_object_at(body, "Labels");
    label_add(labels, config->labels, config->n_labels, config->annotations, config->n_annotations);
    body_set(labels, LABEL_TYPE, body_text(LABEL_TYPE_CONTAINER));
    body_set(labels, LABEL_SANDBOX_ID, body_text(json_id(in->sandbox)));
    body_set(labels, LABEL_LOG_PATH, body_text(log_path));
    body_set(labels, LABEL_LOG_DIRECTORY, body_text(log_directory));
    body_set(labels, LABEL_CGROUP_WRITES,
             body_text(cgroup_writes_format(arena, writes, write_count)));
    return true;
}

static void set_proc_paths(json_t *host_config, const Cri__LinuxContainerSecurityContext *context)
{
    /* Docker takes a missing list for its own paths; an empty one means none, as in CRI. A
     * privileged container has none in either case. */
    if (context->privileged)
        return;
    body_set(host_config, "MaskedPaths",
             body_texts(context->masked_paths, context->n_masked_paths));
    body_set(host_config, "ReadonlyPaths",
             body_texts(context->readonly_paths, context->n_readonly_paths));
}

static bool set_user(struct arena *arena, json_t *body, json_t *host_config,
                     const Cri__LinuxContainerSecurityContext *context, struct err *err)
{
    const struct user user = {
        .uid = context->run_as_user,
        .gid = context->run_as_group,
        .name = context->run_as_username,
        .groups = context->supplemental_groups,
        .group_count = context->n_supplemental_groups,
        .policy = context->supplemental_groups_policy,
    };
    return user_set(arena, body, host_config, &user, err);
}

/* Without a security context nothing is asked for, and Docker's own defaults stay. */
static bool set_security(struct arena *arena, json_t *body, json_t *host_config,
                         const struct container_create *in, struct err *err)
{
    const Cri__LinuxContainerSecurityContext *context = context_of(in->config);
    struct security security;
    if (context == NULL)
        return true;
    if (!security_parse_container(context, &security, err))
        return false;
    security.seccomp.text = in->seccomp_profile;
    body_set_true(host_config, "Privileged", context->privileged);
    body_set_true(host_config, "ReadonlyRootfs", context->readonly_rootfs);
    /* Whoever may write to all of /sys/fs/cgroup must see the node's paths there. */
    if (context->privileged && in->engine->cgroup_version == 2)
        body_set(host_config, "CgroupnsMode", body_text("host"));
    set_proc_paths(host_config, context);
    return security_add(host_config, &security, in->engine, err) &&
           capability_set(host_config, context->capabilities, err) &&
           set_user(arena, body, host_config, context, err);
}

static bool set_mounts(struct arena *arena, json_t *host_config, const struct container_create *in,
                       struct err *err)
{
    const Cri__ContainerConfig *config = in->config;
    const Cri__LinuxContainerSecurityContext *context = context_of(config);
    const struct engine_runtime *runtime =
        engine_runtime_find(in->engine, json_text_at(in->sandbox, "HostConfig.Runtime"));
    const char *resolv_conf = sandbox_resolv_conf(in->sandbox);
    if (!mount_add(arena, host_config, config->mounts, config->n_mounts, in->engine, runtime, err))
        return false;
    if (resolv_conf[0] != '\0' &&
        !mount_covers(arena, config->mounts, config->n_mounts, "/etc/resolv.conf"))
        mount_add_resolv_conf(host_config, resolv_conf, context != NULL && context->readonly_rootfs,
                              in->engine);
    return true;
}

/* The pod's runtime and cgroup. The sandbox knows its cgroup where the request does not tell it. */
static bool set_pod(struct arena *arena, json_t *host_config, const struct container_create *in,
                    struct err *err)
{
    const Cri__PodSandboxConfig *pod = in->sandbox_config;
    json_set_text(host_config, "Runtime", json_text_at(in->sandbox, "HostConfig.Runtime"));
    if (pod == NULL || pod->linux == NULL || pod->linux->cgroup_parent[0] == '\0') {
        json_set_text(host_config, "CgroupParent",
                      json_text_at(in->sandbox, "HostConfig.CgroupParent"));
        return true;
    }
    return cgroup_parent_set(arena, host_config, pod->linux->cgroup_parent,
                             "sandbox_config.linux.cgroup_parent", in->engine, err);
}

static bool set_host_config(struct arena *arena, json_t *host_config,
                            const struct container_create *in, struct err *err)
{
    const Cri__ContainerConfig *config = in->config;
    const Cri__LinuxContainerSecurityContext *context = context_of(config);
    body_set(body_object_at(host_config, "RestartPolicy"), "Name", body_text("no"));
    /* The process that was asked for is number 1, even if the engine adds an init by default. */
    body_set(host_config, "Init", json_false());
    log_options_set(host_config);
    annotation_set(host_config, config->annotations, config->n_annotations, in->engine);
    return namespace_set_container(arena, host_config,
                                   context != NULL ? context->namespace_options : NULL, in->sandbox,
                                   in->target, err) &&
           set_pod(arena, host_config, in, err) && set_mounts(arena, host_config, in, err) &&
           device_set(host_config, config, in->engine, err) &&
           resource_set(host_config, config->linux != NULL ? config->linux->resources : NULL, err);
}

bool translate_container_create(struct arena *arena, const struct container_create *in,
                                json_t **ret_body, struct err *err)
{
    if (in->config == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "config is not set");
    json_t *body = arena_json(arena, body_object());
    json_t *host_config = body_object_at(body, "HostConfig");
    if (!set_labels(arena, body, in, err) || !set_image(body, in->config, err) ||
        !container_process_set(arena, body, in->config, err) ||
        !set_host_config(arena, host_config, in, err) ||
        !set_security(arena, body, host_config, in, err))
        return false;
    *ret_body = body;
    return true;
}
