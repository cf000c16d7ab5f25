/*
 * Which seccomp or AppArmor profile a request asks for. CRI says it twice: in a SecurityProfile
 * message, and in a deprecated text that counts only where the message is missing.
 *
 * Unset is not the same as the runtime's default: CRI lets an unset seccomp profile mean none.
 */
#ifndef SHIM_TRANSLATE_SECURITY_PROFILE_H
#define SHIM_TRANSLATE_SECURITY_PROFILE_H

#include "proto/api.pb-c.h"
#include "shim/base/err.h"

enum profile_kind {
    PROFILE_UNSET,
    PROFILE_RUNTIME_DEFAULT,
    PROFILE_UNCONFINED,
    PROFILE_LOCALHOST,
};

struct security_profile {
    enum profile_kind kind;
    const char *name;  /* of a Localhost profile, else NULL: AppArmor's name or seccomp's path */
    const char *field; /* that said so, for errors; the request's or the caller's text */
};

/* Where a profile stands in a request; `current` may be NULL, `deprecated` may be "". */
struct security_profile_fields {
    const Cri__SecurityProfile *current;
    const char *deprecated;
    const char *current_field, *deprecated_field;
};

/* INVALID_ARGUMENT, naming the field, for an unknown type, a Localhost profile without a name, or a
 * name where there must be none. */
bool security_profile_parse(const struct security_profile_fields *fields,
                            struct security_profile *ret_profile, struct err *err);

#endif
