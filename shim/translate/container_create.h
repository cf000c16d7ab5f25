/*
 * ContainerConfig -> the body of POST /containers/create for a workload container in a pod. Pure:
 * what must be looked up (the sandbox, a seccomp profile's text) is in the inputs.
 */
#ifndef SHIM_TRANSLATE_CONTAINER_CREATE_H
#define SHIM_TRANSLATE_CONTAINER_CREATE_H

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"
#include "shim/translate/cgroup_write.h"
#include "shim/translate/engine.h"

struct container_create {
    const Cri__ContainerConfig *config;
    const Cri__PodSandboxConfig *sandbox_config; /* of the request; NULL if it had none */
    const json_t *sandbox;                       /* inspect document of the pause container */
    const json_t *target; /* inspect document of a TARGET pid namespace's container, or NULL */
    const char *seccomp_profile; /* the text of a Localhost profile, or NULL */
    bool cri_log; /* the daemon writes the log in CRI format; else it is a link to Docker's file */
    const struct engine *engine;
};

/* The host path of a Localhost seccomp profile that the caller must read into seccomp_profile, or
 * NULL where there is none. Looks at the current field, then at the deprecated one. A privileged
 * container has no seccomp restrictions, so its profile is not read. */
const char *container_seccomp_path(const Cri__ContainerConfig *config);

/* The body belongs to the arena. INVALID_ARGUMENT names the field; FAILED_PRECONDITION if this
 * engine cannot do what is asked, with the version that can. */
bool translate_container_create(struct arena *arena, const struct container_create *in,
                                json_t **ret_body, struct err *err);

/* UpdateContainerResources -> the body of POST /containers/{id}/update. `container` is its inspect
 * document: Docker refuses some changes unless other values go along (MemorySwap with Memory).
 * *ret_body is NULL if nothing is for Docker to do. What translate_cgroup_writes() would refuse is
 * refused here already, before anything is changed. oom_score_adj cannot be changed: Docker sets it
 * when a container starts. */
bool translate_update(struct arena *arena, const Cri__LinuxContainerResources *resources,
                      const json_t *container, const struct engine *engine, json_t **ret_body,
                      struct err *err);

#endif
