#include "shim/logs/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim/base/cleanup.h"
#include "shim/base/file.h"

static int open_beneath(int directory_fd, const char *path, int flags, mode_t mode)
{
    struct open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC,
        .mode = mode,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, directory_fd, path, &how, sizeof(how));
}

/* The directory of `path`, made step by step; the last component is left to the caller. */
static int open_parent(int root_fd, const char *path, const char **ret_name)
{
    int fd = dup(root_fd);
    const char *slash;
    for (; fd >= 0 && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
        char name[NAME_MAX + 1];
        if (slash == path)
            continue;
        if ((size_t)(slash - path) > NAME_MAX) {
            errno = ENAMETOOLONG;
            (void)close(fd);
            return -1;
        }
        (void)snprintf(name, sizeof(name), "%.*s", (int)(slash - path), path);
        (void)mkdirat(fd, name, 0755); /* mostly there already; the open tells */
        int next = open_beneath(fd, name, O_RDONLY | O_DIRECTORY, 0);
        int errnum = errno;
        (void)close(fd);
        errno = errnum;
        fd = next;
    }
    *ret_name = path;
    return fd;
}

int output_file_open(const char *root, const char *path, struct err *err)
{
    const char *name;
    if (!file_make_directories(root, 0755, err))
        return -1;
    auto_close int root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_close int parent_fd = root_fd >= 0 ? open_parent(root_fd, path, &name) : -1;
    const int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW;
    int fd = parent_fd >= 0 ? open_beneath(parent_fd, name, flags, 0640) : -1;
    if (fd < 0 && parent_fd >= 0 && errno == ELOOP && unlinkat(parent_fd, name, 0) == 0)
        fd = open_beneath(parent_fd, name, flags, 0640);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        int errnum = fd >= 0 ? EINVAL : errno;
        if (fd >= 0)
            (void)close(fd); /* it is no log file */
        (void)err_errno(err, errnum, "log %s/%s", root, path);
        return -1;
    }
    return fd;
}
