#include "cri/activation.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_FD = 3, COUNT_MAX = 1024 };

/* A number and nothing else; -1 if it is not one. */
static int64_t parse_number(const char *text)
{
    char *end;
    if (text == NULL || *text < '0' || *text > '9')
        return -1;
    int64_t number = strtoll(text, &end, 10);
    return *end == '\0' ? number : -1;
}

/* The place of `name` in the colon-separated list; `count` if it is not there. */
static int64_t find_name(const char *list, const char *name, int64_t count)
{
    size_t length = strlen(name);
    for (int64_t i = 0; list != NULL && i < count; i++) {
        if (strcspn(list, ":") == length && strncmp(list, name, length) == 0)
            return i;
        list = strchr(list, ':');
        if (list != NULL)
            list++;
    }
    return count;
}

static int socket_option(int fd, int option)
{
    int value;
    socklen_t size = sizeof(value);
    return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

static bool prepare(int fd, struct err *err)
{
    if (socket_option(fd, SO_DOMAIN) != AF_UNIX || socket_option(fd, SO_TYPE) != SOCK_STREAM ||
        socket_option(fd, SO_ACCEPTCONN) != 1)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "descriptor %d is not a listening unix stream socket", fd);
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return err_errno(err, errno, "prepare descriptor %d", fd);
    return true;
}

bool activation_find(const char *name, int *ret_fd, struct err *err)
{
    int64_t count = parse_number(getenv("LISTEN_FDS"));
    if (parse_number(getenv("LISTEN_PID")) != getpid() || count < 1 || count > COUNT_MAX)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "no socket was handed over by systemd (LISTEN_FDS and LISTEN_PID)");
    int64_t number = parse_number(name);
    int64_t index = 0;
    if (number >= 0)
        index = number - FIRST_FD;
    else if (*name != '\0')
        index = find_name(getenv("LISTEN_FDNAMES"), name, count);
    if (index < 0 || index >= count)
        return err_set(err, CODE_NOT_FOUND,
                       "systemd handed over no socket \"%s\" (%" PRId64 " in all)", name, count);
    int fd = FIRST_FD + (int)index;
    if (!prepare(fd, err))
        return false;
    *ret_fd = fd;
    return true;
}
