#include "shim/base/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/base/buf.h"
#include "shim/base/cleanup.h"
#include "shim/base/clock.h"

/* Our ends of the child's three streams, and the child itself. -1 where closed. */
struct child {
    pid_t pid;
    int pid_fd, stdin_fd, stdout_fd, stderr_fd;
    struct buf output, error_output;
    size_t written;
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* gone whatever close says */
    *fd = -1;
}

/* The child starts with default signals, none blocked, and no descriptor but its three streams. */
static int spawn_with(struct child *child, const struct run *run, const int theirs[3])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    (void)sigemptyset(&none);
    (void)sigfillset(&defaults);
    /* These fail only for lack of memory or bad arguments; posix_spawn then tells. */
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    for (int fd = 0; fd < 3; fd++)
        (void)posix_spawn_file_actions_adddup2(&actions, theirs[fd], fd);
    (void)posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                    POSIX_SPAWN_SETPGROUP);
    char *arguments[] = {strdup(run->path), NULL};
    union {
        const char *const *in;
        char *const *out;
    } environment = {.in = run->environment}; /* posix_spawn does not write to it */
    int result =
        posix_spawn(&child->pid, run->path, &actions, &attributes, arguments, environment.out);
    free(arguments[0]);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return result;
}

static bool start(struct child *child, const struct run *run, struct err *err)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, error[2] = {-1, -1};
    int result = 0;
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(error, O_CLOEXEC) != 0)
        result = errno;
    if (result == 0)
        result = spawn_with(child, run, (int[]){in[0], out[1], error[1]});
    close_fd(&in[0]);
    close_fd(&out[1]);
    close_fd(&error[1]);
    child->stdin_fd = in[1];
    child->stdout_fd = out[0];
    child->stderr_fd = error[0];
    if (result != 0)
        return err_errno(err, result, "start %s", run->path);
    (void)fcntl(child->stdin_fd, F_SETFL, O_NONBLOCK); /* always works on a pipe */
    child->pid_fd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    return child->pid_fd >= 0 || err_errno(err, errno, "watch %s", run->path);
}

static void feed(struct child *child, const struct run *run)
{
    ssize_t written =
        write(child->stdin_fd, run->input + child->written, run->input_length - child->written);
    if (written > 0)
        child->written += (size_t)written;
    /* A program may end without reading its input: that is its own affair. */
    if ((written < 0 && errno != EAGAIN && errno != EINTR) || child->written == run->input_length)
        close_fd(&child->stdin_fd);
}

static void drain(int *fd, struct buf *buf)
{
    char bytes[4096];
    ssize_t got = read(*fd, bytes, sizeof(bytes));
    if (got > 0)
        (void)buf_append(buf, bytes, (size_t)got); /* over the limit it is dropped */
    else if (got == 0 || errno != EINTR)
        close_fd(fd);
}

static void wake(void *argument)
{
    (void)eventfd_write(*(const int *)argument, 1); /* fails only if it is signalled already */
}

/* Moves bytes until the child has ended. What is in its pipes then is read too, but nobody who
 * inherited them is waited for. */
static bool converse(struct child *child, const struct run *run, struct cancel *cancel, int wake_fd,
                     struct err *err)
{
    int64_t deadline_ns = clock_mono_ns() + run->timeout_ns;
    for (bool ended = false; !ended;) {
        struct pollfd polled[] = {
            {.fd = child->stdin_fd, .events = POLLOUT}, {.fd = child->stdout_fd, .events = POLLIN},
            {.fd = child->stderr_fd, .events = POLLIN}, {.fd = child->pid_fd, .events = POLLIN},
            {.fd = wake_fd, .events = POLLIN},
        };
        int64_t left_ms = (deadline_ns - clock_mono_ns() + NS_PER_MS - 1) / NS_PER_MS;
        if (left_ms <= 0)
            return err_set(err, CODE_DEADLINE_EXCEEDED, "%s did not end within %g s and was killed",
                           run->path, (double)run->timeout_ns / NS_PER_S);
        int limit_ms = cancel_remaining_ms(cancel, left_ms < 3600000 ? (int)left_ms : 3600000);
        if (poll(polled, 5, limit_ms) < 0 && errno != EINTR)
            return err_errno(err, errno, "wait for %s", run->path);
        if (!cancel_check(cancel, err))
            return err_wrap(err, "%s was killed", run->path);
        ended = polled[3].revents != 0;
        if (polled[0].revents != 0)
            feed(child, run);
        if (polled[1].revents != 0)
            drain(&child->stdout_fd, &child->output);
        if (polled[2].revents != 0)
            drain(&child->stderr_fd, &child->error_output);
    }
    for (struct pollfd left; child->stdout_fd >= 0 || child->stderr_fd >= 0;) {
        left = (struct pollfd){.fd = child->stdout_fd, .events = POLLIN};
        bool from_output = child->stdout_fd >= 0 && poll(&left, 1, 0) > 0;
        if (from_output) {
            drain(&child->stdout_fd, &child->output);
            continue;
        }
        close_fd(&child->stdout_fd);
        left = (struct pollfd){.fd = child->stderr_fd, .events = POLLIN};
        if (child->stderr_fd >= 0 && poll(&left, 1, 0) > 0)
            drain(&child->stderr_fd, &child->error_output);
        else
            close_fd(&child->stderr_fd);
    }
    return true;
}

/* Kills what is left of the group and reaps the child. */
static int finish(struct child *child)
{
    int status = 0;
    if (child->pid > 0) {
        (void)kill(-child->pid, SIGKILL); /* an empty group is fine */
        while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close_fd(&child->pid_fd);
    close_fd(&child->stdin_fd);
    close_fd(&child->stdout_fd);
    close_fd(&child->stderr_fd);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool run_program(struct scope *scope, const struct run *run, struct run_result *ret_result,
                 struct err *err)
{
    auto_close int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd < 0)
        return err_errno(err, errno, "eventfd");
    struct child child = {.pid_fd = -1, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    buf_init(&child.output, run->output_limit_bytes);
    buf_init(&child.error_output, run->output_limit_bytes);
    cancel_wake_set(scope->cancel, wake, &wake_fd);
    bool ok = start(&child, run, err) && converse(&child, run, scope->cancel, wake_fd, err);
    cancel_wake_clear(scope->cancel);
    int exit_code = finish(&child);
    if (ok)
        *ret_result = (struct run_result){
            .exit_code = exit_code,
            .output = arena_strndup(scope->arena, child.output.length ? child.output.data : "",
                                    child.output.length),
            .output_length = child.output.length,
            .error_output = arena_strndup(scope->arena,
                                          child.error_output.length ? child.error_output.data : "",
                                          child.error_output.length),
        };
    buf_done(&child.output);
    buf_done(&child.error_output);
    return ok;
}
