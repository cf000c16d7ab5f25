#include "shim/translate/sandbox_status.h"

#include <string.h>

#include "shim/base/utf8.h"
#include "shim/translate/container_status.h"
#include "shim/translate/json.h"
#include "shim/translate/label.h"
#include "shim/translate/mount_status.h"
#include "shim/translate/name.h"

Cri__PodSandboxState sandbox_state(const json_t *sandbox)
{
    return json_bool_at(sandbox, "State.Running") ? CRI__POD_SANDBOX_STATE__SANDBOX_READY
                                                  : CRI__POD_SANDBOX_STATE__SANDBOX_NOTREADY;
}

static bool is_host(const json_t *sandbox, const char *path)
{
    return strcmp(json_text_at(sandbox, path), "host") == 0;
}

bool sandbox_host_network(const json_t *sandbox)
{
    return is_host(sandbox, "HostConfig.NetworkMode");
}

/* Sandboxes of ours always carry the label, which is empty where the default was asked for. */
static const json_t *runtime_handler_label(const json_t *sandbox)
{
    return json_object_get(json_at(sandbox, "Config.Labels"), LABEL_RUNTIME_HANDLER);
}

bool sandbox_is_adopted(const json_t *sandbox)
{
    return !json_is_string(runtime_handler_label(sandbox));
}

/* Those of the incumbent show what it showed. */
const char *sandbox_runtime_handler(const json_t *sandbox)
{
    const json_t *label = runtime_handler_label(sandbox);
    return json_is_string(label) ? json_string_value(label)
                                 : json_text_at(sandbox, "HostConfig.Runtime");
}

const char *sandbox_log_directory(const json_t *sandbox)
{
    return label_get(sandbox, LABEL_LOG_DIRECTORY);
}

const char *sandbox_resolv_conf(const json_t *sandbox)
{
    return mount_resolv_conf(sandbox);
}

Cri__PodSandboxMetadata *translate_sandbox_metadata(struct arena *arena, const json_t *sandbox)
{
    Cri__PodSandboxMetadata *metadata = arena_alloc(arena, sizeof(*metadata));
    cri__pod_sandbox_metadata__init(metadata);
    struct name name;
    if (name_parse(arena, container_name(sandbox), &name)) {
        metadata->name = utf8_clean(arena, name.pod);
        metadata->namespace_ = utf8_clean(arena, name.pod_namespace);
        metadata->uid = utf8_clean(arena, name.pod_uid);
        metadata->attempt = name.attempt;
    }
    return metadata;
}

static size_t add_ip(struct arena *arena, const json_t *endpoint, const char *key,
                     const char **ret_ips, size_t count, size_t max)
{
    const char *ip = json_clean_at(arena, endpoint, key);
    if (ip[0] != '\0' && count < max)
        ret_ips[count++] = ip;
    return count;
}

size_t sandbox_docker_ips(struct arena *arena, const json_t *sandbox, const char **ret_ips,
                          size_t max)
{
    static const char *const families[] = {"IPAddress", "GlobalIPv6Address"};
    const json_t *settings = json_at(sandbox, "NetworkSettings");
    json_t *networks = json_at(settings, "Networks"), *endpoint;
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        const char *name;
        json_object_foreach (networks, name, endpoint)
            count = add_ip(arena, endpoint, families[i], ret_ips, count, max);
    }
    /* Engines before 29 have the bridge's addresses here as well. */
    for (size_t i = 0; i < 2 && json_object_size(networks) == 0; i++)
        count = add_ip(arena, settings, families[i], ret_ips, count, max);
    return count;
}

void translate_sandbox(struct arena *arena, const json_t *sandbox, Cri__PodSandbox *out)
{
    out->id = utf8_clean(arena, container_id(sandbox));
    out->metadata = translate_sandbox_metadata(arena, sandbox);
    out->state = sandbox_state(sandbox);
    out->created_at = json_time_at(sandbox, "Created");
    out->runtime_handler = utf8_clean(arena, sandbox_runtime_handler(sandbox));
    label_split(arena, json_at(sandbox, "Config.Labels"),
                &cri__pod_sandbox__labels_entry__descriptor, (void ***)&out->labels, &out->n_labels,
                &cri__pod_sandbox__annotations_entry__descriptor, (void ***)&out->annotations,
                &out->n_annotations);
}

static Cri__PodSandboxNetworkStatus *network_create(struct arena *arena, const char *const *ips,
                                                    size_t count)
{
    Cri__PodSandboxNetworkStatus *network = arena_alloc(arena, sizeof(*network));
    cri__pod_sandbox_network_status__init(network);
    if (count == 0)
        return network;
    network->ip = utf8_clean(arena, ips[0]);
    network->n_additional_ips = count - 1;
    network->additional_ips =
        arena_array(arena, network->n_additional_ips, sizeof(*network->additional_ips));
    for (size_t i = 0; i < network->n_additional_ips; i++) {
        Cri__PodIP *ip = network->additional_ips[i] = arena_alloc(arena, sizeof(*ip));
        cri__pod_ip__init(ip);
        ip->ip = utf8_clean(arena, ips[i + 1]);
    }
    return network;
}

/* Whether the pod's containers share a pid namespace is decided by each of them; the sandbox tells
 * only if it is the node's. CONTAINER is what the kubelet asks for unless a pod says otherwise. */
static Cri__LinuxPodSandboxStatus *linux_create(struct arena *arena, const json_t *sandbox)
{
    Cri__NamespaceOption *options = arena_alloc(arena, sizeof(*options));
    cri__namespace_option__init(options);
    options->network =
        sandbox_host_network(sandbox) ? CRI__NAMESPACE_MODE__NODE : CRI__NAMESPACE_MODE__POD;
    options->pid = is_host(sandbox, "HostConfig.PidMode") ? CRI__NAMESPACE_MODE__NODE
                                                          : CRI__NAMESPACE_MODE__CONTAINER;
    options->ipc = is_host(sandbox, "HostConfig.IpcMode") ? CRI__NAMESPACE_MODE__NODE
                                                          : CRI__NAMESPACE_MODE__POD;
    Cri__LinuxPodSandboxStatus *status = arena_alloc(arena, sizeof(*status));
    cri__linux_pod_sandbox_status__init(status);
    status->namespaces = arena_alloc(arena, sizeof(*status->namespaces));
    cri__namespace__init(status->namespaces);
    status->namespaces->options = options;
    return status;
}

void translate_sandbox_status(struct arena *arena, const json_t *sandbox, const char *const *ips,
                              size_t ip_count, Cri__PodSandboxStatus *out)
{
    out->id = utf8_clean(arena, container_id(sandbox));
    out->metadata = translate_sandbox_metadata(arena, sandbox);
    out->state = sandbox_state(sandbox);
    out->created_at = json_time_at(sandbox, "Created");
    out->network = network_create(arena, ips, ip_count);
    out->linux = linux_create(arena, sandbox);
    out->runtime_handler = utf8_clean(arena, sandbox_runtime_handler(sandbox));
    label_split(arena, json_at(sandbox, "Config.Labels"),
                &cri__pod_sandbox_status__labels_entry__descriptor, (void ***)&out->labels,
                &out->n_labels, &cri__pod_sandbox_status__annotations_entry__descriptor,
                (void ***)&out->annotations, &out->n_annotations);
}

const char *translate_sandbox_info(struct arena *arena, const json_t *sandbox)
{
    json_t *info = json_object();
    (void)json_object_set_new(info, "pid", json_integer(container_pid(sandbox)));
    json_set_text(info, "image", json_text_at(sandbox, "Config.Image"));
    json_set_text(info, "runtime", json_text_at(sandbox, "HostConfig.Runtime"));
    json_set_text(info, "cgroupParent", json_text_at(sandbox, "HostConfig.CgroupParent"));
    json_set_text(info, "logDirectory", sandbox_log_directory(sandbox));
    json_set_text(info, "resolvConf", sandbox_resolv_conf(sandbox));
    json_t *state = json_at(sandbox, "State");
    if (state != NULL)
        /* A copy: others may read the document, and its parts are not to be counted. */
        (void)json_object_set_new(info, "state", json_deep_copy(state));
    return json_format(arena, info);
}
