#include "shim/stats/kernel_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "shim/base/cleanup.h"

enum { KERNEL_FILE_MAX = 64 << 10 };

const char *kernel_file(struct arena *arena, const char *directory, const char *name)
{
    char path[PATH_MAX], buffer[KERNEL_FILE_MAX];
    if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
        return NULL;
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    size_t length = 0;
    ssize_t got;
    while ((got = read(fd, buffer + length, sizeof(buffer) - length)) > 0) {
        length += (size_t)got;
        if (length == sizeof(buffer))
            return NULL;
    }
    return got == 0 ? arena_strndup(arena, buffer, length) : NULL;
}
