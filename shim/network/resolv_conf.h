/*
 * A pod's resolv.conf: our own file on the host, bind-mounted into the sandbox and its containers,
 * since Docker writes its own anew at every restart of a container. Every pod has one. Its path is
 * random and fixed before the sandbox has an id; the sandbox's mounts tell it afterwards.
 */
#ifndef SHIM_NETWORK_RESOLV_CONF_H
#define SHIM_NETWORK_RESOLV_CONF_H

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"

/* The file's text: nameserver lines, then search, then options. Pure. INVALID_ARGUMENT, naming the
 * field, for a value with white space or control characters, which would forge other lines. */
bool resolv_conf_format(struct arena *arena, const Cri__DNSConfig *dns, const char **ret_text,
                        struct err *err);

/* The text for a pod without DNS configuration: the node's own, of this moment. A pod on the node's
 * network gets it as it is. Any other cannot reach the node's loopback addresses: name servers
 * there are left out, and where systemd's stub is the only one, the servers behind it are taken
 * from systemd's other file. `files` are read in the place of /etc/resolv.conf and that one. */
struct resolv_conf_files {
    const char *node;    /* "/etc/resolv.conf" */
    const char *systemd; /* "/run/systemd/resolve/resolv.conf" */
};
bool resolv_conf_of_node(struct arena *arena, const struct resolv_conf_files *files,
                         bool host_network, const char **ret_text, struct err *err);

/* Writes the file of a pod beneath `root` and tells its path (arena). */
bool resolv_conf_create(struct arena *arena, const char *root, const Cri__PodSandboxConfig *config,
                        const char **ret_path, struct err *err);

/* Removes a file that resolv_conf_create() made under the same root; "" and foreign paths are left
 * alone. */
bool resolv_conf_remove(struct arena *arena, const char *root, const char *path, struct err *err);

/* The paths of all files beneath `root`, those of an interrupted write too; arena. */
const char **resolv_conf_list(struct arena *arena, const char *root, size_t *ret_count);

#endif
