#include "cri/socket_file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shim/base/cleanup.h"
#include "shim/base/file.h"

enum { DIRECTORY_MODE = 0755, SOCKET_MODE = 0660, LOCK_MODE = 0600 };

void socket_file_init(struct socket_file *file)
{
    *file = (struct socket_file){.lock_fd = -1};
}

void socket_file_done(struct socket_file *file)
{
    if (file->lock_fd >= 0)
        (void)close(file->lock_fd); /* which gives the lock back */
}

static bool set_path(struct socket_file *file, const char *path, struct err *err)
{
    if (path[0] != '/')
        return err_set(err, CODE_INVALID_ARGUMENT, "the path is not absolute");
    if (strlen(path) >= sizeof(file->address.sun_path))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "the path has %zu bytes, a unix socket's at most %zu", strlen(path),
                       sizeof(file->address.sun_path) - 1);
    file->address.sun_family = AF_UNIX;
    (void)snprintf(file->address.sun_path, sizeof(file->address.sun_path), "%s", path);
    return true;
}

static bool make_directory(const struct socket_file *file, struct err *err)
{
    char path[sizeof(file->address.sun_path)];
    memcpy(path, file->address.sun_path, sizeof(path));
    return file_make_directories(dirname(path), DIRECTORY_MODE, err);
}

static bool take_lock(struct socket_file *file, struct err *err)
{
    char path[sizeof(file->address.sun_path) + 8];
    (void)snprintf(path, sizeof(path), "%s.lock", file->address.sun_path);
    file->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
    if (file->lock_fd < 0)
        return err_errno(err, errno, "open %s", path);
    if (flock(file->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return err_set(err, CODE_FAILED_PRECONDITION, "another daemon holds %s", path);
    return err_errno(err, errno, "lock %s", path);
}

static bool is_same(const struct stat *left, const struct stat *right)
{
    return left->st_dev == right->st_dev && left->st_ino == right->st_ino;
}

/* The file's state, if it is still the one that was seen before. */
static bool look_again(const struct socket_file *file, struct stat *ret_status)
{
    return file->address.sun_path[0] != '\0' && lstat(file->address.sun_path, ret_status) == 0 &&
           is_same(ret_status, &file->status);
}

void socket_file_remove(struct socket_file *file)
{
    struct stat status;
    if (file->bound && look_again(file, &status))
        (void)unlink(file->address.sun_path); /* what stays is taken for stale by the next daemon */
}

/* Whether somebody answers at the path: 0, or the error of connect(). */
static int probe(const struct socket_file *file)
{
    auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&file->address, sizeof(file->address)) == 0)
        return 0;
    return errno;
}

/* Only a socket that refuses connections is nobody's. */
static bool remove_stale(const struct socket_file *file, struct err *err)
{
    const char *path = file->address.sun_path;
    struct stat before, after;
    if (lstat(path, &before) != 0)
        return errno == ENOENT || err_errno(err, errno, "look at %s", path);
    if (!S_ISSOCK(before.st_mode))
        return err_set(err, CODE_FAILED_PRECONDITION, "%s exists and is not a socket", path);
    int errnum = probe(file);
    /* EAGAIN: its queue is full, so it is alive but busy. */
    if (errnum == 0 || errnum == EAGAIN)
        return err_set(err, CODE_FAILED_PRECONDITION, "another daemon serves %s", path);
    if (errnum != ECONNREFUSED && errnum != ENOENT)
        return err_errno(err, errnum, "connect to the socket that is at %s", path);
    if (lstat(path, &after) == 0 && is_same(&before, &after) && unlink(path) != 0)
        return err_errno(err, errno, "remove the stale socket %s", path);
    return true;
}

static bool set_group(const char *path, const char *name, struct err *err)
{
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    gid_t gid = (gid_t)number;
    if (*name < '0' || *name > '9' || *end != '\0' || number >= (gid_t)-1) {
        const struct group *group = getgrnam(name);
        if (group == NULL)
            return err_set(err, CODE_INVALID_ARGUMENT, "there is no group \"%s\"", name);
        gid = group->gr_gid;
    }
    return lchown(path, (uid_t)-1, gid) == 0 ||
           err_errno(err, errno, "give %s to group %s", path, name);
}

/* Nobody can connect before listen(), so the mode that bind() leaves is never in effect. */
static bool serve(struct socket_file *file, int fd, const char *group, struct err *err)
{
    const char *path = file->address.sun_path;
    if (bind(fd, (const struct sockaddr *)&file->address, sizeof(file->address)) != 0 ||
        lstat(path, &file->status) != 0)
        return err_errno(err, errno, "bind %s", path);
    file->bound = true;
    if (group != NULL && !set_group(path, group, err))
        return false;
    if (chmod(path, SOCKET_MODE) != 0 || lstat(path, &file->status) != 0)
        return err_errno(err, errno, "set the mode of %s", path);
    return listen(fd, SOMAXCONN) == 0 || err_errno(err, errno, "listen");
}

bool socket_file_bind(struct socket_file *file, const char *path, const char *group, int *ret_fd,
                      struct err *err)
{
    if (!set_path(file, path, err) || !make_directory(file, err) || !take_lock(file, err) ||
        !remove_stale(file, err))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_errno(err, errno, "socket");
    if (!serve(file, fd, group, err)) {
        (void)close(fd); /* the descriptor is gone whatever close says */
        return false;
    }
    *ret_fd = fd;
    return true;
}

bool socket_file_find(struct socket_file *file, int fd, struct err *err)
{
    socklen_t size = sizeof(file->address);
    if (getsockname(fd, (struct sockaddr *)&file->address, &size) != 0)
        return err_errno(err, errno, "ask for the address of descriptor %d", fd);
    file->address.sun_path[sizeof(file->address.sun_path) - 1] = '\0';
    if (file->address.sun_path[0] == '\0' || lstat(file->address.sun_path, &file->status) != 0)
        file->address.sun_path[0] = '\0';
    return true;
}

void socket_file_owner(struct socket_file *file, uid_t *ret_owner, gid_t *ret_group)
{
    struct stat status;
    if (look_again(file, &status))
        file->status = status;
    bool has_file = file->address.sun_path[0] != '\0';
    *ret_owner = has_file ? file->status.st_uid : geteuid();
    *ret_group = has_file ? file->status.st_gid : getegid();
}
