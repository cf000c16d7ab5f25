/*
 * Running the chain of plugins that a configuration list is. Every chain has one deadline for all
 * of its plugins together; one that hangs is killed with its process group.
 *
 * Source: CNI specification 1.1, sections 2 to 4.
 */
#ifndef SHIM_NETWORK_CNI_INVOKE_H
#define SHIM_NETWORK_CNI_INVOKE_H

#include <jansson.h>

#include "shim/base/scope.h"

/* One attachment of a container to a network; all borrowed. */
struct cni_attachment {
    const json_t *list;             /* the configuration, see cni_config.h */
    const char *plugin_directories; /* as the flag has them */
    const char *container_id;
    const char *netns;          /* path, or "" on DEL when it is gone */
    const char *interface;      /* "eth0" */
    const char *arguments;      /* CNI_ARGS, "K=V;K=V" */
    const json_t *capabilities; /* what plugins that declare them get as runtimeConfig */
    int64_t timeout_ns;         /* of the whole chain */
};

/* Keeps the result of a plugin in the chain before the next one runs: some plugins undo only what
 * the result names, so whoever undoes a half done ADD needs it. */
struct cni_keeper {
    bool (*keep)(void *context, json_t *result, struct err *err);
    void *context;
};

/* ADD through the chain; the last plugin's result, owned by the arena. What was done before a
 * failure is the caller's to undo by cni_del(). */
bool cni_add(struct scope *scope, const struct cni_attachment *attachment,
             const struct cni_keeper *keeper, json_t **ret_result, struct err *err);

/* DEL in reverse order, up to the first failure. `result` is what ADD gave last, or NULL if none is
 * known. */
bool cni_del(struct scope *scope, const struct cni_attachment *attachment, json_t *result,
             struct err *err);

/* CHECK, in order, up to the first failure. UNIMPLEMENTED for configurations before 0.4.0, which
 * have no such command; succeeds unasked where the list says disableCheck. */
bool cni_check(struct scope *scope, const struct cni_attachment *attachment, json_t *result,
               struct err *err);

/* What the network itself is asked for, whatever its pods. */
struct cni_network {
    const json_t *list;
    const char *plugin_directories;
    const json_t *capabilities;
    int64_t timeout_ns;
};

/* STATUS: whether the network could take pods. Succeeds for configurations before 1.1, which have
 * no such command. */
bool cni_status(struct scope *scope, const struct cni_network *network, struct err *err);

/* GC: plugins drop what belongs to none of `valid` ([{"containerID", "ifname"}], borrowed). All are
 * asked, and the last failure is told. Nothing is done for configurations before 1.1, or that
 * forbid it. No ADD or DEL may run meanwhile. */
bool cni_gc(struct scope *scope, const struct cni_network *network, json_t *valid, struct err *err);

#endif
