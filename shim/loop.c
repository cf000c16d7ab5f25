#include "shim/loop.h"

#include <signal.h>
#include <unistd.h>

#include <uv.h>

#include "shim/base/log.h"

/* What a shell reports for a process that a signal ended: 128 and the signal. */
enum { EXIT_SIGNAL = 128 };

struct loop {
    const struct loop_options *options;
    uv_loop_t *uv;
    int handles; /* that are not closed */
    uv_poll_t listening;
    uv_signal_t terminate, interrupt, hang_up;
};

static void on_connection(uv_poll_t *handle, int status, int events)
{
    const struct loop *loop = handle->data;
    (void)status; /* an error of the socket is one that accept tells, too */
    (void)events;
    int fd;
    while ((fd = listener_accept(loop->options->listener)) >= 0)
        server_accept(loop->options->server, fd);
}

static void on_end(uv_signal_t *handle, int number)
{
    log_info("ending on signal %d; a second one ends without waiting", number);
    uv_stop(handle->loop);
}

static void on_hang_up(uv_signal_t *handle, int number)
{
    const struct loop *loop = handle->data;
    (void)number;
    loop->options->reload(loop->options->context);
}

static void end_now(int number)
{
    _exit(EXIT_SIGNAL + number);
}

static void on_closed(uv_handle_t *handle)
{
    struct loop *loop = handle->data;
    loop->handles--;
}

static void close_handle(uv_handle_t *handle)
{
    if (handle->data != NULL) /* it was opened */
        uv_close(handle, on_closed);
}

/* Closes whatever was opened here. */
static void loop_done(struct loop *loop)
{
    close_handle((uv_handle_t *)&loop->listening);
    close_handle((uv_handle_t *)&loop->terminate);
    close_handle((uv_handle_t *)&loop->interrupt);
    close_handle((uv_handle_t *)&loop->hang_up);
    while (loop->handles > 0) /* handles are gone only once the loop has seen it */
        (void)uv_run(loop->uv, UV_RUN_NOWAIT);
}

static int watch_signal(struct loop *loop, uv_signal_t *handle, uv_signal_cb callback, int number)
{
    int result = uv_signal_init(loop->uv, handle);
    if (result != 0)
        return result;
    handle->data = loop;
    loop->handles++;
    return uv_signal_start(handle, callback, number);
}

static int watch(struct loop *loop)
{
    int result = uv_poll_init(loop->uv, &loop->listening, listener_fd(loop->options->listener));
    if (result != 0)
        return result;
    loop->listening.data = loop;
    loop->handles++;
    result = uv_poll_start(&loop->listening, UV_READABLE, on_connection);
    if (result == 0)
        result = watch_signal(loop, &loop->terminate, on_end, SIGTERM);
    if (result == 0)
        result = watch_signal(loop, &loop->interrupt, on_end, SIGINT);
    if (result == 0)
        result = watch_signal(loop, &loop->hang_up, on_hang_up, SIGHUP);
    return result;
}

static void let_signals_in(void)
{
    sigset_t set;
    (void)sigemptyset(&set); /* these fail only for signals that do not exist */
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* What holds once the loop is gone. Default actions would not do: they do not end a pid 1. */
static void handle_second_signal(void)
{
    const struct sigaction end = {.sa_handler = end_now}, ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGTERM, &end, NULL); /* these cannot fail for these signals */
    (void)sigaction(SIGINT, &end, NULL);
    (void)sigaction(SIGHUP, &ignore, NULL);
}

bool loop_run(const struct loop_options *options, struct err *err)
{
    struct loop loop = {.options = options, .uv = options->uv};
    int result = watch(&loop);
    if (result == 0) {
        let_signals_in();
        (void)uv_run(loop.uv, UV_RUN_DEFAULT); /* says only whether handles are left */
    }
    loop_done(&loop); /* gives the signals their default actions back */
    handle_second_signal();
    return result == 0 || err_errno(err, -result, "start the main loop");
}
