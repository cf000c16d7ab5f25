/* Whom a container runs as, read from its configuration alone. */
#include <stdlib.h>
#include <string.h>

#include "shim/translate/container_status.h"
#include "shim/translate/json.h"

/* A number of at most 18 digits; false for a name. */
static bool parse_number(const char *text, size_t length, int64_t *ret_number)
{
    enum { DIGITS_MAX = 18 };
    char digits[DIGITS_MAX + 1] = "";
    if (length == 0 || length > DIGITS_MAX || strspn(text, "0123456789") < length)
        return false;
    memcpy(digits, text, length);
    *ret_number = strtoll(digits, NULL, 10);
    return true;
}

/* "uid:gid", or nothing for root. A uid alone leaves the group to the image's /etc/passwd, but for
 * root, whose group is 0 everywhere. */
static bool parse_user(const char *user, int64_t *ret_uid, int64_t *ret_gid)
{
    *ret_uid = *ret_gid = 0;
    size_t length = strcspn(user, ":");
    if (user[0] == '\0')
        return true;
    if (!parse_number(user, length, ret_uid))
        return false;
    if (user[length] == '\0')
        return *ret_uid == 0;
    return parse_number(user + length + 1, strlen(user + length + 1), ret_gid);
}

/* Docker puts the primary group among the supplementary ones. */
static bool add_groups(struct arena *arena, const json_t *extra, Cri__LinuxContainerUser *user)
{
    user->supplemental_groups =
        arena_array(arena, json_array_size(extra) + 1, sizeof(*user->supplemental_groups));
    user->supplemental_groups[user->n_supplemental_groups++] = user->gid;
    size_t index;
    const json_t *item;
    json_array_foreach (extra, index, item) {
        int64_t group;
        const char *text = json_is_string(item) ? json_string_value(item) : "";
        if (!parse_number(text, strlen(text), &group))
            return false;
        if (group != user->gid)
            user->supplemental_groups[user->n_supplemental_groups++] = group;
    }
    return true;
}

Cri__ContainerUser *translate_configured_user(struct arena *arena, const json_t *container)
{
    Cri__ContainerUser *user = arena_alloc(arena, sizeof(*user));
    cri__container_user__init(user);
    user->linux = arena_alloc(arena, sizeof(*user->linux));
    cri__linux_container_user__init(user->linux);
    if (!parse_user(json_text_at(container, "Config.User"), &user->linux->uid, &user->linux->gid) ||
        !add_groups(arena, json_at(container, "HostConfig.GroupAdd"), user->linux))
        return NULL;
    return user;
}
