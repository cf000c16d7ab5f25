/*
 * The security options of a container, workload or pause: SELinux, AppArmor, no-new-privileges and
 * seccomp. They all end in one list, HostConfig.SecurityOpt.
 */
#ifndef SHIM_TRANSLATE_SECURITY_H
#define SHIM_TRANSLATE_SECURITY_H

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/err.h"
#include "shim/translate/engine.h"
#include "shim/translate/seccomp.h"

struct security {
    const Cri__SELinuxOption *selinux; /* NULL lets Docker choose: the pod's label, or a new one */
    struct security_profile apparmor;
    bool no_new_privs;
    struct seccomp seccomp;
};

/* What the two kinds of security context ask for; NULL is one that asks for nothing. The caller
 * fills in `seccomp.text`. INVALID_ARGUMENT names the field. */
bool security_parse_sandbox(const Cri__LinuxSandboxSecurityContext *context,
                            struct security *ret_security, struct err *err);
bool security_parse_container(const Cri__LinuxContainerSecurityContext *context,
                              struct security *ret_security, struct err *err);

bool security_add(json_t *host_config, const struct security *security, const struct engine *engine,
                  struct err *err);

#endif
