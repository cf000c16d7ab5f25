/*
 * What the parts of the "cni" plugin share; network.h is what others see. Its parts: cni_pod.c
 * attaches and detaches pods, cni_state.c tells addresses and readiness, cni_reconcile.c cleans up.
 *
 * Locks are taken in the order of the fields below, and the last one never across I/O.
 */
#ifndef SHIM_NETWORK_CNI_H
#define SHIM_NETWORK_CNI_H

#include <pthread.h>

#include "shim/base/keylock.h"
#include "shim/network/attachment_record.h"
#include "shim/network/config_watch.h"
#include "shim/network/gate.h"
#include "shim/network/plugin.h"

/* Of the pod's interface, as with all container runtimes. */
#define CNI_INTERFACE "eth0"

struct cni {
    const struct settings *settings;
    struct config_watch *config;
    struct attachment_records *records;
    struct keylock *sandboxes; /* ADD and DEL of one sandbox never overlap */
    struct gate *gate;         /* GC runs alone */
    pthread_mutex_t lock;      /* of the fields below */
    char *pod_cidr;
    bool collected; /* GC has been done */
    struct {
        json_t *list;     /* the configuration that was asked about, NULL for none yet */
        int64_t until_ns; /* monotonic: the answer is good until then */
        bool asking;      /* somebody is at it */
        bool ok;
        struct err err;
    } status;
};

/* The configuration that new pods get, if they could have it now; a reference of the arena's. */
bool cni_config_usable(struct cni *cni, struct arena *arena, json_t **ret_list, struct err *err);

/* What a command for the network itself is given. */
struct cni_network cni_network_of(struct cni *cni, struct arena *arena, const json_t *list,
                                  int64_t timeout_ns);

/* The pod CIDR of the moment, arena. */
const char *cni_pod_cidr(struct cni *cni, struct arena *arena);

/* Where a sandbox's namespace is pinned, arena. The directory of all pins. */
const char *cni_pin_path(const struct cni *cni, struct arena *arena, const char *sandbox_id);
const char *cni_pin_directory(const struct cni *cni, struct arena *arena);
const char *cni_intent_directory(const struct cni *cni, struct arena *arena);
const char *cni_result_directory(const struct cni *cni, struct arena *arena);

/* cni_pod.c */
bool cni_setup(void *state, struct scope *scope, const json_t *sandbox,
               const Cri__PodSandboxConfig *config, struct err *err);
bool cni_teardown(void *state, struct scope *scope, const char *sandbox_id, const json_t *sandbox,
                  struct err *err);
bool cni_check_pod(void *state, struct scope *scope, const json_t *sandbox, struct err *err);

/* cni_state.c */
bool cni_ips(void *state, struct scope *scope, const json_t *sandbox, const char *const **ret_ips,
             size_t *ret_count, struct err *err);
bool cni_ready(void *state, struct scope *scope, struct err *err);

/* cni_reconcile.c */
const char **cni_known(void *state, struct arena *arena, size_t *ret_count);
bool cni_reconcile(void *state, struct scope *scope, const struct network_census *census,
                   struct err *err);

#endif
