/*
 * What the operator chose: one field per flag, named like it. Filled once at start by shim/flags.c,
 * which also knows defaults and help texts; read-only afterwards, so any thread may look.
 */
#ifndef SHIM_BASE_SETTINGS_H
#define SHIM_BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/base/log.h"

enum network_plugin {
    NETWORK_PLUGIN_CNI,    /* the default */
    NETWORK_PLUGIN_BRIDGE, /* Docker's own bridge, for rigs without CNI ("bridge", "no-op" or "") */
};

enum log_mode {
    LOG_MODE_CRI,     /* written by the daemon, in CRI format, with rotation; the default */
    LOG_MODE_SYMLINK, /* a link to Docker's own json-file, as the incumbent has it */
};

struct settings {
    const char *container_runtime_endpoint; /* unix:///run/dockershim.sock, fd:// */
    const char *socket_group;               /* NULL leaves it */
    const char *docker_endpoint;            /* unix:///run/docker.sock, tcp://host:port */
    const char *docker_tls_ca, *docker_tls_cert, *docker_tls_key; /* NULL for none */
    const char *root_directory;             /* records that outlive a reboot */
    const char *cri_dockerd_root_directory; /* the incumbent's records, read for adopted pods */
    const char *run_directory;              /* what a reboot makes void: pinned namespaces */
    const char *pod_infra_container_image;  /* NULL: the built-in pause */
    const char *const *pinned_images;       /* patterns (fnmatch) of references */
    size_t pinned_image_count;
    int64_t image_pull_progress_deadline_ns;
    int64_t runtime_request_timeout_ns; /* 0: 1 m 59 s */
    int64_t drain_timeout_ns;           /* grace of calls in flight at SIGTERM */
    enum network_plugin network_plugin;
    const char *cni_conf_dir;
    const char *cni_bin_dir; /* several, separated by comma or colon */
    const char *cni_cache_dir;
    int64_t cni_timeout_ns;          /* of all plugins of a network, one after the other */
    const char *pod_cidr;            /* "" until UpdateRuntimeConfig tells one */
    const char *streaming_bind_addr; /* "": loopback; an address, or one with a port */
    enum log_mode log_mode;          /* of new containers */
    enum log_level log_level;

    /* Accepted for cri-dockerd's sake; nothing reads them. */
    const char *hairpin_mode;
    int64_t network_plugin_mtu;
    bool ipv6_dual_stack;
    const char *runtime_cgroups;
};

#endif
