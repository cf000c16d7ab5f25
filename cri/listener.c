#include "cri/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cri/activation.h"
#include "cri/peer.h"
#include "cri/rate.h"
#include "cri/socket_file.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"

struct listener {
    int fd;
    struct socket_file file;
    int spare_fd;     /* given up for a moment when there is no other descriptor left */
    struct rate rate; /* of log lines about peers */
};

static bool take_handed_over(struct listener *listener, const char *name, struct err *err)
{
    return activation_find(name, &listener->fd, err) &&
           socket_file_find(&listener->file, listener->fd, err);
}

static bool open_listener(struct listener *listener, const struct listener_options *options,
                          struct err *err)
{
    static const char unix_scheme[] = "unix://", fd_scheme[] = "fd://";
    const char *endpoint = options->endpoint;
    if (strncmp(endpoint, unix_scheme, strlen(unix_scheme)) == 0)
        return socket_file_bind(&listener->file, endpoint + strlen(unix_scheme), options->group,
                                &listener->fd, err);
    if (strncmp(endpoint, fd_scheme, strlen(fd_scheme)) == 0)
        return take_handed_over(listener, endpoint + strlen(fd_scheme), err);
    return err_set(err, CODE_INVALID_ARGUMENT, "neither unix:///path nor fd://");
}

struct listener *listener_create(const struct listener_options *options, struct err *err)
{
    struct listener *listener = xcalloc(1, sizeof(*listener));
    listener->fd = -1;
    listener->rate = (struct rate){.burst = 10, .interval_ns = 10 * NS_PER_S};
    listener->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    socket_file_init(&listener->file);
    if (open_listener(listener, options, err))
        return listener;
    (void)err_wrap(err, "listen on %s", options->endpoint);
    listener_destroy(listener);
    return NULL;
}

void listener_destroy(struct listener *listener)
{
    if (listener == NULL)
        return;
    socket_file_remove(&listener->file);
    if (listener->fd >= 0)
        (void)close(listener->fd); /* the descriptor is gone whatever close says */
    if (listener->spare_fd >= 0)
        (void)close(listener->spare_fd);
    socket_file_done(&listener->file);
    free(listener);
}

int listener_fd(const struct listener *listener)
{
    return listener->fd;
}

/* A line about a connection that was refused, unless there are too many. */
static void log_refusal(struct listener *listener, enum log_level level, const char *reason,
                        const struct ucred *peer)
{
    uint64_t suppressed;
    if (!rate_allow(&listener->rate, clock_mono_ns(), &suppressed))
        return;
    struct log_line line;
    log_line_begin(&line, level, "refused a connection");
    log_line_str(&line, "reason", reason);
    if (peer != NULL) {
        log_line_int(&line, "pid", peer->pid);
        log_line_int(&line, "uid", peer->uid);
    }
    if (suppressed > 0)
        log_line_int(&line, "suppressed", (int64_t)suppressed);
    log_line_end(&line);
}

/* Without a free descriptor a connection can be neither taken nor refused, and poll() would report
 * it for ever. The spare one makes room to refuse it. */
static void shed(struct listener *listener)
{
    if (listener->spare_fd >= 0)
        (void)close(listener->spare_fd);
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        (void)close(fd);
    listener->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    log_refusal(listener, LOG_LEVEL_ERROR, "the limit of open files is reached", NULL);
}

int listener_accept(struct listener *listener)
{
    for (;;) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0 && (errno == EMFILE || errno == ENFILE))
            shed(listener);
        if (fd < 0)
            return -1;
        struct ucred peer;
        uid_t owner;
        gid_t group;
        socket_file_owner(&listener->file, &owner, &group);
        if (peer_is_allowed(fd, owner, group, &peer))
            return fd;
        (void)close(fd); /* the descriptor is gone whatever close says */
        log_refusal(listener, LOG_LEVEL_WARN, "neither root nor in the socket's group", &peer);
    }
}
