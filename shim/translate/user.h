/*
 * Whom a container runs as. Docker takes user and group as one text "user[:group]" and further
 * groups as a list.
 *
 * A group in that text also decides whether the groups that the image gives its user count: Docker
 * adds them only where there is none.
 */
#ifndef SHIM_TRANSLATE_USER_H
#define SHIM_TRANSLATE_USER_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"

struct user {
    const Cri__Int64Value *uid, *gid; /* NULL where unset */
    const char *name;                 /* "" where unset */
    const int64_t *groups;
    size_t group_count;
    Cri__SupplementalGroupsPolicy policy;
};

/* Sets Config.User and HostConfig.GroupAdd. INVALID_ARGUMENT names the field; FAILED_PRECONDITION
 * for the policy Strict where Docker cannot follow it. */
bool user_set(struct arena *arena, json_t *config, json_t *host_config, const struct user *user,
              struct err *err);

#endif
