#include "shim/logs/log_link.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/base/file.h"

static bool is_link(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

bool log_link_create(const char *path, const char *docker_path, struct err *err)
{
    if (path[0] == '\0' || docker_path[0] == '\0')
        return true;
    char copy[PATH_MAX];
    (void)snprintf(copy, sizeof(copy), "%s", path);
    if (!file_make_directories(dirname(copy), 0755, err) || !log_link_remove(path, err))
        return err_wrap(err, "log path %s", path);
    if (symlink(docker_path, path) != 0)
        return err_errno(err, errno, "log path %s", path);
    return true;
}

bool log_link_remove(const char *path, struct err *err)
{
    return path[0] == '\0' || !is_link(path) || file_remove(path, err);
}
