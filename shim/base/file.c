#include "shim/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/base/cleanup.h"

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static bool sync_directory_of(const char *path, struct err *err)
{
    char copy[PATH_MAX];
    (void)snprintf(copy, sizeof(copy), "%s", path);
    const char *directory = dirname(copy);
    auto_close int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return err_errno(err, errno, "sync directory %s", directory);
    return true;
}

static bool write_temporary(const char *temporary, const void *bytes, size_t length, mode_t mode,
                            bool flush, struct err *err)
{
    auto_close int fd =
        open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return err_errno(err, errno, "create %s", temporary);
    /* The process's umask must not decide. */
    if (fchmod(fd, mode) != 0 || !write_all(fd, bytes, length) || (flush && fsync(fd) != 0))
        return err_errno(err, errno, "write %s", temporary);
    return true;
}

static bool replace_file(const char *path, const void *bytes, size_t length, mode_t mode,
                         bool flush, struct err *err)
{
    char temporary[PATH_MAX];
    int used = snprintf(temporary, sizeof(temporary), "%s.tmp", path);
    if (used >= (int)sizeof(temporary))
        return err_errno(err, ENAMETOOLONG, "write %s", path);
    if (!write_temporary(temporary, bytes, length, mode, flush, err)) {
        (void)unlink(temporary); /* it may not even exist */
        return false;
    }
    if (rename(temporary, path) != 0) {
        int errnum = errno;
        (void)unlink(temporary); /* the rename's error is the one that counts */
        return err_errno(err, errnum, "replace %s", path);
    }
    return !flush || sync_directory_of(path, err);
}

bool file_write_atomic(const char *path, const void *bytes, size_t length, mode_t mode,
                       struct err *err)
{
    return replace_file(path, bytes, length, mode, true, err);
}

bool file_write_volatile(const char *path, const void *bytes, size_t length, mode_t mode,
                         struct err *err)
{
    return replace_file(path, bytes, length, mode, false, err);
}

bool file_read(struct arena *arena, const char *path, size_t limit, char **ret_bytes,
               size_t *ret_length, struct err *err)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0)
        return err_errno(err, errno, "open %s", path);
    if (!S_ISREG(status.st_mode))
        return err_set(err, CODE_INVALID_ARGUMENT, "%s is not a regular file", path);
    size_t capacity = status.st_size > 0 && (size_t)status.st_size < limit
                          ? (size_t)status.st_size + 1
                          : (limit < 16384 ? limit + 1 : 16384);
    char *bytes = arena_alloc(arena, capacity + 1);
    size_t length = 0;
    for (;;) {
        ssize_t got = read(fd, bytes + length, capacity - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, errno, "read %s", path);
        if (got == 0)
            break;
        length += (size_t)got;
        if (length > limit)
            return err_set(err, CODE_RESOURCE_EXHAUSTED, "%s is larger than %zu bytes", path,
                           limit);
        if (length == capacity) {
            char *larger = arena_alloc(arena, capacity * 2 + 1);
            memcpy(larger, bytes, length);
            bytes = larger;
            capacity *= 2;
        }
    }
    bytes[length] = '\0';
    *ret_bytes = bytes;
    *ret_length = length;
    return true;
}

bool file_make_directories(const char *path, mode_t mode, struct err *err)
{
    char copy[PATH_MAX];
    if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
        return err_errno(err, ENAMETOOLONG, "make directory %s", path);
    for (char *slash = copy + 1; *slash != '\0'; slash++) {
        if (*slash != '/')
            continue;
        *slash = '\0';
        if (mkdir(copy, mode) != 0 && errno != EEXIST)
            return err_errno(err, errno, "make directory %s", copy);
        *slash = '/';
    }
    if (mkdir(copy, mode) != 0 && errno != EEXIST)
        return err_errno(err, errno, "make directory %s", path);
    return true;
}

bool file_remove(const char *path, struct err *err)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return err_errno(err, errno, "remove %s", path);
    return true;
}
