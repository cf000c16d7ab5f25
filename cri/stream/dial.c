#include "cri/stream/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shim/base/alloc.h"

enum { ADDRESSES = 2 };

struct dial {
    uv_poll_t polls[ADDRESSES];
    uv_timer_t soon; /* tells an outcome that is known at once */
    int fds[ADDRESSES];
    uint16_t port;
    dial_done_fn *done;
    void *owner;
    int at;      /* the address that is tried */
    int errnum;  /* of the first one */
    int handles; /* open ones */
};

static void on_closed(uv_handle_t *handle)
{
    struct dial *dial = handle->data;
    if (--dial->handles == 0)
        free(dial);
}

/* Closes the sockets but `kept`. The memory goes when the loop has closed the handles. */
static void end(struct dial *dial, int kept)
{
    uv_close((uv_handle_t *)&dial->soon, on_closed);
    for (int i = 0; i < ADDRESSES; i++) {
        if (dial->fds[i] < 0)
            continue;
        uv_close((uv_handle_t *)&dial->polls[i], on_closed);
        if (dial->fds[i] != kept)
            (void)close(dial->fds[i]); /* gone whatever close says */
    }
}

void dial_cancel(struct dial *dial)
{
    if (dial != NULL)
        end(dial, -1);
}

static void finish(struct dial *dial, int fd)
{
    dial_done_fn *done = dial->done;
    void *owner = dial->owner;
    int errnum = dial->errnum != 0 ? dial->errnum : EAFNOSUPPORT;
    end(dial, fd);
    done(owner, fd, fd < 0 ? errnum : 0);
}

static void on_soon(uv_timer_t *timer)
{
    finish(timer->data, -1);
}

static int connect_to(int fd, int at, uint16_t port)
{
    const struct sockaddr_in v4 = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int result = at == 0 ? connect(fd, (const struct sockaddr *)&v4, sizeof(v4))
                         : connect(fd, (const struct sockaddr *)&v6, sizeof(v6));
    return result == 0 || errno == EINPROGRESS ? 0 : errno;
}

static void on_event(uv_poll_t *poll, int status, int events);

/* Begins with the first address, from dial->at on, that does not refuse at once. */
static bool try_next(struct dial *dial)
{
    for (; dial->at < ADDRESSES; dial->at++) {
        int fd = dial->fds[dial->at];
        if (fd < 0)
            continue;
        int errnum = connect_to(fd, dial->at, dial->port);
        if (errnum == 0) {
            (void)uv_poll_start(&dial->polls[dial->at], UV_WRITABLE, on_event); /* cannot fail */
            return true;
        }
        if (dial->errnum == 0)
            dial->errnum = errnum;
    }
    return false;
}

static void on_event(uv_poll_t *poll, int status, int events)
{
    (void)status; /* the socket's own error says more */
    (void)events;
    struct dial *dial = poll->data;
    int fd = dial->fds[dial->at], errnum = 0;
    socklen_t length = sizeof(errnum);
    (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &length);
    if (errnum == 0) {
        finish(dial, fd);
        return;
    }
    if (dial->errnum == 0)
        dial->errnum = errnum;
    (void)uv_poll_stop(poll);
    dial->at++;
    if (!try_next(dial))
        finish(dial, -1);
}

struct dial *dial_start(uv_loop_t *loop, const int fds[2], uint16_t port, dial_done_fn *done,
                        void *owner)
{
    struct dial *dial = xcalloc(1, sizeof(*dial));
    dial->port = port;
    dial->done = done;
    dial->owner = owner;
    (void)uv_timer_init(loop, &dial->soon); /* cannot fail */
    dial->soon.data = dial;
    dial->handles = 1;
    for (int i = 0; i < ADDRESSES; i++) {
        dial->fds[i] = fds[i];
        if (fds[i] < 0)
            continue;
        if (uv_poll_init_socket(loop, &dial->polls[i], fds[i]) != 0)
            abort(); /* only for what epoll cannot watch, which no socket is */
        dial->polls[i].data = dial;
        dial->handles++;
    }
    if (!try_next(dial))
        (void)uv_timer_start(&dial->soon, on_soon, 0, 0); /* cannot fail */
    return dial;
}
