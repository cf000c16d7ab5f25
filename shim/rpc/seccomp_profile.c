#include "shim/rpc/seccomp_profile.h"

#include <string.h>

#include "shim/base/file.h"

bool seccomp_profile_read(struct arena *arena, const char *path, const char **ret_text,
                          struct err *err)
{
    enum { PROFILE_MAX = 1 << 20 };
    *ret_text = NULL;
    if (path == NULL)
        return true;
    if (path[0] != '/')
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "the seccomp profile's path \"%s\" is not absolute", path);
    char *text;
    size_t length;
    if (!file_read(arena, path, PROFILE_MAX, &text, &length, err)) {
        err->code = CODE_FAILED_PRECONDITION; /* a NOT_FOUND would speak of the container */
        return err_wrap(err, "seccomp profile");
    }
    if (strlen(text) != length)
        return err_set(err, CODE_FAILED_PRECONDITION, "seccomp profile %s: it has a NUL byte",
                       path);
    *ret_text = text;
    return true;
}
