/*
 * Seccomp profiles as Docker takes them: a word, or the profile itself as JSON text. The text goes
 * through unchanged. Docker runs a container without seccomp if it finds no default action and no
 * rule in the text, so what it gets is checked here.
 */
#ifndef SHIM_TRANSLATE_SECCOMP_H
#define SHIM_TRANSLATE_SECCOMP_H

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"
#include "shim/translate/engine.h"
#include "shim/translate/security_profile.h"

struct seccomp {
    struct security_profile profile;
    const char *text;   /* of a Localhost profile */
    bool privileged;    /* CRI: a privileged container has no seccomp restrictions */
    bool unset_is_none; /* what an unset profile means: none, or Docker's default */
};

/* Adds to HostConfig.SecurityOpt. FAILED_PRECONDITION if the profile is none, or this engine has no
 * seccomp to enforce one. */
bool seccomp_add(json_t *security_opt, const struct seccomp *in, const struct engine *engine,
                 struct err *err);

#endif
