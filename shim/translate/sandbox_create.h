/*
 * PodSandboxConfig -> the body of POST /containers/create for the pause container, which owns the
 * pod's namespaces. Pure: what must be looked up is in the inputs.
 */
#ifndef SHIM_TRANSLATE_SANDBOX_CREATE_H
#define SHIM_TRANSLATE_SANDBOX_CREATE_H

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"
#include "shim/translate/engine.h"

struct sandbox_create {
    const Cri__PodSandboxConfig *config;
    const char *runtime_handler; /* "" for the default */
    const char *image;           /* of the pause container */
    const char *resolv_conf;     /* our file on the host, bind-mounted; NULL leaves Docker's */
    const char *network_mode;    /* of pods with a network of their own: "none" or "bridge" */
    bool publish_ports;          /* host ports are Docker's to bind */
    const char *seccomp_profile; /* the text of a Localhost profile, or NULL */
    const struct engine *engine;
};

/* The host path of a Localhost seccomp profile that the caller must read into seccomp_profile, or
 * NULL where there is none. Looks at the current field, then at the deprecated one. */
const char *sandbox_seccomp_path(const Cri__PodSandboxConfig *config);

/* The body belongs to the arena. INVALID_ARGUMENT names the field; FAILED_PRECONDITION if this
 * engine cannot do what is asked (an unknown runtime handler, user namespaces). */
bool translate_sandbox_create(struct arena *arena, const struct sandbox_create *in,
                              json_t **ret_body, struct err *err);

#endif
