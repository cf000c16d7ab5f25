#include "shim/base/wait.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "shim/base/cleanup.h"
#include "shim/base/clock.h"

static void wake(void *argument)
{
    const int *fd = argument;
    (void)eventfd_write(*fd, 1); /* fails only if it is signalled already */
}

/* One poll of `fd` (-1 for none) and the cancellation, at most `limit_ms`. *ret_ready tells about
 * fd. */
static bool wait_once(struct cancel *cancel, int fd, short events, int limit_ms, bool *ret_ready,
                      struct err *err)
{
    auto_close int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd < 0)
        return err_errno(err, errno, "eventfd");
    struct pollfd polled[2] = {{.fd = fd, .events = events}, {.fd = wake_fd, .events = POLLIN}};
    cancel_wake_set(cancel, wake, &wake_fd);
    int count = poll(polled, 2, cancel_remaining_ms(cancel, limit_ms));
    int errnum = errno;
    cancel_wake_clear(cancel);
    if (count < 0 && errnum != EINTR)
        return err_errno(err, errnum, "poll");
    *ret_ready = count > 0 && polled[0].revents != 0;
    return *ret_ready || cancel_check(cancel, err);
}

bool wait_fd(struct cancel *cancel, int fd, short events, struct err *err)
{
    bool ready = false;
    while (!ready)
        if (!wait_once(cancel, fd, events, INT_MAX, &ready, err))
            return false;
    return true;
}

bool wait_for(struct cancel *cancel, int64_t duration_ns, struct err *err)
{
    int64_t end_ns = clock_mono_ns() + duration_ns;
    for (;;) {
        int64_t left_ns = end_ns - clock_mono_ns();
        if (left_ns <= 0)
            return true;
        int64_t left_ms = (left_ns + NS_PER_MS - 1) / NS_PER_MS;
        bool ready;
        if (!wait_once(cancel, -1, 0, left_ms < INT_MAX ? (int)left_ms : INT_MAX, &ready, err))
            return false;
    }
}
