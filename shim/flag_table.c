#include "shim/flag_table.h"

#include <stddef.h>
#include <string.h>

#include "shim/flag_value.h"

/* clang-format off */
#define SERVING "Serving the CRI"
#define DOCKER "Docker Engine"
#define IMAGES "Images"
#define NETWORK "Pod network"
#define LOGS "Container logs"
#define FILES "Files"
#define GENERAL "General"
#define INCUMBENT "Accepted from cri-dockerd's command lines, without effect here"

#define SETTING(group_, name_, value_, initial_, kind, field_, help_)                              \
    {.group = (group_), .name = (name_), .value = (value_), .initial = (initial_),                 \
     .set = flag_set_##kind, .field = offsetof(struct settings, field_), .help = (help_)}
#define UNNEEDED(name_, value_, initial_, kind, field_, help_, instead_)                           \
    {.group = INCUMBENT, .name = (name_), .value = (value_), .initial = (initial_),                \
     .set = flag_set_##kind, .field = offsetof(struct settings, field_), .help = (help_),          \
     .instead = (instead_)}
#define ACTION(action_, name_, value_, help_)                                                      \
    {.group = GENERAL, .name = (name_), .value = (value_), .action = (action_), .help = (help_)}

static const struct flag table[] = {
    SETTING(SERVING, "container-runtime-endpoint", "ENDPOINT", "unix:///run/dockershim.sock",
            cri_endpoint, container_runtime_endpoint,
            "Where the CRI is served: unix:///PATH, or fd:// for a socket that systemd hands "
            "over (fd://NAME picks one by its FileDescriptorName=)."),
    SETTING(SERVING, "socket-group", "GROUP", "", optional, socket_group,
            "Group of the socket, by name or number; its members may speak the CRI. Empty leaves "
            "it to the process's own."),
    SETTING(SERVING, "streaming-bind-addr", "ADDRESS", "", bind_address, streaming_bind_addr,
            "Address, or address and port, of the stream endpoints (exec, attach, port-forward). "
            "Empty is the loopback address with a free port."),
    SETTING(SERVING, "drain-timeout", "DURATION", "10s", duration, drain_timeout_ns,
            "How long calls in flight may go on when the daemon is told to end; then they are "
            "cancelled."),

    SETTING(DOCKER, "docker-endpoint", "ENDPOINT", "unix:///var/run/docker.sock",
            docker_endpoint, docker_endpoint,
            "The engine: unix:///PATH or tcp://HOST:PORT. Empty takes DOCKER_HOST, "
            "DOCKER_TLS_VERIFY and DOCKER_CERT_PATH from the environment."),
    SETTING(DOCKER, "docker-tls-ca", "FILE", "", optional, docker_tls_ca,
            "PEM file with the CA that a tcp:// engine is checked against; it turns TLS on."),
    SETTING(DOCKER, "docker-tls-cert", "FILE", "", optional, docker_tls_cert,
            "PEM file with the certificate that the engine asks us for."),
    SETTING(DOCKER, "docker-tls-key", "FILE", "", optional, docker_tls_key,
            "PEM file with that certificate's key."),
    SETTING(DOCKER, "runtime-request-timeout", "DURATION", "0",
            duration, runtime_request_timeout_ns,
            "How long one request to the engine may take, but for those that wait by their "
            "nature. 0 is 1m59s."),

    SETTING(IMAGES, "pod-infra-container-image", "IMAGE", "", image, pod_infra_container_image,
            "Image of the pause container that holds a pod's namespaces; pulled with the node's "
            "own credentials if it is missing. Empty is the image that is built in."),
    SETTING(IMAGES, "pinned-image", "PATTERN", NULL, pinned_image, pinned_images,
            "Images that the kubelet's garbage collection must leave alone, as a shell pattern "
            "of their references. May be given several times; the pause image is pinned anyway."),
    SETTING(IMAGES, "image-pull-progress-deadline", "DURATION", "1m0s",
            duration, image_pull_progress_deadline_ns,
            "A pull in which nothing has moved for so long is given up; unpacking counts as "
            "moving. 0 waits forever."),

    SETTING(NETWORK, "network-plugin", "PLUGIN", "cni", network_plugin, network_plugin,
            "cni, or bridge (also written no-op or left empty) for Docker's own bridge on "
            "machines without CNI plugins."),
    SETTING(NETWORK, "cni-conf-dir", "DIRECTORY", "/etc/cni/net.d", path, cni_conf_dir,
            "Where network configurations are; the first one by name is used."),
    SETTING(NETWORK, "cni-bin-dir", "DIRECTORIES", "/opt/cni/bin", path, cni_bin_dir,
            "Where plugins are; several directories are separated by commas."),
    SETTING(NETWORK, "cni-cache-dir", "DIRECTORY", "/var/lib/cni/cache", path, cni_cache_dir,
            "Where results are kept, in libcni's format."),
    SETTING(NETWORK, "cni-timeout", "DURATION", "3m40s", duration, cni_timeout_ns,
            "How long the plugins of a network may take together for one pod before they are killed."),
    SETTING(NETWORK, "pod-cidr", "CIDR", "", pod_cidr, pod_cidr,
            "Range of pod addresses (two with a comma between for two families), for plugins "
            "that want it, until the kubelet tells one."),

    SETTING(LOGS, "log-mode", "MODE", "cri", log_mode, log_mode,
            "How the logs of new containers are kept at the kubelet's path: cri (in CRI format, "
            "with rotation) or symlink (a link to Docker's own file, as cri-dockerd has it)."),

    SETTING(FILES, "root-directory", "DIRECTORY", "/var/lib/dockershimd", path, root_directory,
            "Records that must outlive a reboot."),
    SETTING(FILES, "run-directory", "DIRECTORY", "/run/dockershimd", path, run_directory,
            "What ends with the boot: pinned network namespaces."),
    SETTING(FILES, "cri-dockerd-root-directory", "DIRECTORY", "/var/lib/cri-dockerd",
            path, cri_dockerd_root_directory,
            "Where cri-dockerd kept its records of pods that are taken over from it."),

    ACTION(FLAG_CONFIG, "config", "FILE",
           "Read settings from a file of lines \"name = value\", with the names of these flags; "
           "lines that begin with # are comments. The command line wins over the file."),
    SETTING(GENERAL, "log-level", "LEVEL", "info", log_level, log_level,
            "error, warn, info or debug. Read again from the file at SIGHUP."),
    ACTION(FLAG_HELP, "help", NULL,
           "Print this page (also -h)."),
    ACTION(FLAG_VERSION, "version", NULL,
           "Print the version."),
    ACTION(FLAG_BUILDINFO, "buildinfo", NULL,
           "Print the version and what the daemon was built with."),

    UNNEEDED("hairpin-mode", "MODE", "none", hairpin_mode, hairpin_mode,
             "none, hairpin-veth or promiscuous-bridge.",
             "set \"hairpinMode\" in the CNI configuration of the bridge plugin"),
    UNNEEDED("network-plugin-mtu", "BYTES", "0", number, network_plugin_mtu,
             "MTU of kubenet's bridge.",
             "set \"mtu\" in the CNI configuration, or in Docker's daemon.json for its own bridge"),
    UNNEEDED("ipv6-dual-stack", NULL, "false", switch, ipv6_dual_stack,
             "Report addresses of both families.",
             "nothing needs to be done: a pod has every address that its network gave it"),
    UNNEEDED("runtime-cgroups", "CGROUP", "", text, runtime_cgroups,
             "Cgroup to move the engine into.",
             "set Slice= or MemoryHigh= in a drop-in of docker.service"),
};
/* clang-format on */

const struct flag *flag_table(size_t *ret_count)
{
    *ret_count = sizeof(table) / sizeof(table[0]);
    return table;
}

const struct flag *flag_find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0)
            return &table[i];
    return NULL;
}
