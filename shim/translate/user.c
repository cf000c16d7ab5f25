#include "shim/translate/user.h"

#include <inttypes.h>
#include <string.h>

#include "shim/translate/body.h"

#define CONTEXT "config.linux.security_context."

static bool check_id(int64_t id, const char *field, struct err *err)
{
    return (id >= 0 && id <= INT32_MAX) ||
           err_set(err, CODE_INVALID_ARGUMENT, CONTEXT "%s %" PRId64 " is not in 0 to %" PRId32,
                   field, id, INT32_MAX);
}

static bool check_user(const struct user *user, struct err *err)
{
    bool named = user->name[0] != '\0';
    if (user->uid != NULL && named)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       CONTEXT "run_as_user and run_as_username exclude each other");
    if (strchr(user->name, ':') != NULL)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       CONTEXT "run_as_username \"%s\" has a colon, which would begin a group",
                       user->name);
    if (user->gid != NULL && user->uid == NULL && !named)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       CONTEXT "run_as_group needs run_as_user or run_as_username");
    return (user->uid == NULL || check_id(user->uid->value, "run_as_user", err)) &&
           (user->gid == NULL || check_id(user->gid->value, "run_as_group", err));
}

static bool check_policy(const struct user *user, struct err *err)
{
    switch (user->policy) {
    case CRI__SUPPLEMENTAL_GROUPS_POLICY__Merge:
        /* With a group given, Docker leaves the image's groups out all the same. */
        return true;
    case CRI__SUPPLEMENTAL_GROUPS_POLICY__Strict:
        return user->gid != NULL ||
               err_set(err, CODE_FAILED_PRECONDITION,
                       CONTEXT "supplemental_groups_policy Strict needs run_as_group here: Docker "
                               "adds the image's groups to a user without a group");
    default:
        return err_set(err, CODE_INVALID_ARGUMENT,
                       CONTEXT "supplemental_groups_policy %d is unknown", (int)user->policy);
    }
}

static const char *format(struct arena *arena, const struct user *user)
{
    const char *text = user->name;
    if (user->uid != NULL)
        text = arena_printf(arena, "%" PRId64, user->uid->value);
    if (user->gid != NULL)
        text = arena_printf(arena, "%s:%" PRId64, text, user->gid->value);
    return text;
}

bool user_set(struct arena *arena, json_t *config, json_t *host_config, const struct user *user,
              struct err *err)
{
    if (!check_user(user, err) || !check_policy(user, err))
        return false;
    const char *text = format(arena, user);
    if (text[0] != '\0') /* else the image's user */
        body_set(config, "User", body_text(text));
    for (size_t i = 0; i < user->group_count; i++) {
        if (!check_id(user->groups[i], "supplemental_groups", err))
            return false;
        const char *group = arena_printf(arena, "%" PRId64, user->groups[i]);
        body_append(body_array_at(host_config, "GroupAdd"), body_text(group));
    }
    return true;
}
