#include "shim/base/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/base/buf.h"
#include "shim/base/cleanup.h"
#include "shim/base/clock.h"
#include "shim/base/wait.h"

/* The child, and our ends of what it writes to. -1 where closed, pid 0 before it is started. */
struct child {
    pid_t pid;
    int pid_fd, stdout_fd, stderr_fd;
    struct buf output, error_output;
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
    /* posix_spawn writes to neither list; its type is only older than const. */
    union {
        const char *const *in;
        char *const *out;
    } environment = {.in = run->environment}, arguments = {.in = (const char *[]){run->path, NULL}};
    int result =
        posix_spawn(&child->pid, run->path, &actions, &attributes, arguments.out, environment.out);
    if (result != 0)
        child->pid = 0;
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return result;
}

/* A file that holds the input, to be read from its beginning; -1 with errno. */
static int input_file(const struct run *run)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    for (size_t written = 0; fd >= 0 && written < run->input_length;) {
        ssize_t step = write(fd, run->input + written, run->input_length - written);
        if (step < 0 && errno != EINTR)
            close_fd(&fd);
        written += step > 0 ? (size_t)step : 0;
    }
    if (fd >= 0)
        (void)lseek(fd, 0, SEEK_SET); /* always works on a file in memory */
    return fd;
}

/* A binary that an installer is just writing cannot be run; it is tried again until it can. */
static bool spawn_patiently(struct child *child, const struct run *run, const int theirs[3],
                            int64_t deadline_ns, struct cancel *cancel, struct err *err)
{
    const int64_t pause_ns = 50 * NS_PER_MS;
    int result;
    while ((result = spawn_with(child, run, theirs)) == ETXTBSY &&
           clock_mono_ns() + pause_ns < deadline_ns)
        if (!wait_for(cancel, pause_ns, err))
            return err_wrap(err, "start %s", run->path);
    return result == 0 || err_errno(err, result, "start %s", run->path);
}

/* Starts the child. Its ends of the streams are `theirs`, which the caller closes in any case. */
static bool start(struct child *child, const struct run *run, int theirs[3], int64_t deadline_ns,
                  struct cancel *cancel, struct err *err)
{
    int out[2] = {-1, -1}, error[2] = {-1, -1};
    theirs[0] = input_file(run);
    bool ok = theirs[0] >= 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(error, O_CLOEXEC) == 0;
    int errnum = errno;
    child->stdout_fd = out[0];
    child->stderr_fd = error[0];
    theirs[1] = out[1];
    theirs[2] = error[1];
    if (!ok)
        return err_errno(err, errnum, "streams of %s", run->path);
    if (!spawn_patiently(child, run, theirs, deadline_ns, cancel, err))
        return false;
    child->pid_fd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    return child->pid_fd >= 0 || err_errno(err, errno, "watch %s", run->path);
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

/* What is in the pipe now that the child has ended, and no more: whoever inherited the pipe may
 * write for ever. */
static void drain_rest(int fd, struct buf *buf)
{
    int left = 0;
    if (fd < 0 || ioctl(fd, FIONREAD, &left) != 0)
        return;
    char bytes[4096];
    for (ssize_t got; left > 0; left -= (int)got) {
        got = read(fd, bytes, left < (int)sizeof(bytes) ? (size_t)left : sizeof(bytes));
        if (got <= 0)
            return;
        (void)buf_append(buf, bytes, (size_t)got); /* over the limit it is dropped */
    }
}

static void wake(void *argument)
{
    (void)eventfd_write(*(const int *)argument, 1); /* fails only if it is signalled already */
}

/* One wait for bytes, the child's end, or the scope's. */
static bool listen_once(struct child *child, int limit_ms, int wake_fd, bool *ret_ended,
                        struct err *err)
{
    struct pollfd polled[] = {
        {.fd = child->stdout_fd, .events = POLLIN},
        {.fd = child->stderr_fd, .events = POLLIN},
        {.fd = child->pid_fd, .events = POLLIN},
        {.fd = wake_fd, .events = POLLIN},
    };
    int count = poll(polled, 4, limit_ms);
    if (count < 0 && errno != EINTR)
        return err_errno(err, errno, "poll");
    if (count <= 0)
        return true;
    if (polled[0].revents != 0)
        drain(&child->stdout_fd, &child->output);
    if (polled[1].revents != 0)
        drain(&child->stderr_fd, &child->error_output);
    *ret_ended = polled[2].revents != 0;
    return true;
}

/* Reads what the child writes until it has ended. */
static bool listen_to(struct child *child, const struct run *run, int64_t deadline_ns,
                      struct cancel *cancel, int wake_fd, struct err *err)
{
    enum { STEP_MS = 3600000 };
    for (bool ended = false; !ended;) {
        int64_t left_ms = (deadline_ns - clock_mono_ns() + NS_PER_MS - 1) / NS_PER_MS;
        if (left_ms <= 0)
            return err_set(err, CODE_DEADLINE_EXCEEDED, "%s did not end within %g s and was killed",
                           run->path, (double)run->timeout_ns / NS_PER_S);
        int limit_ms = cancel_remaining_ms(cancel, left_ms < STEP_MS ? (int)left_ms : STEP_MS);
        if (!listen_once(child, limit_ms, wake_fd, &ended, err))
            return err_wrap(err, "wait for %s", run->path);
        if (!ended && !cancel_check(cancel, err))
            return err_wrap(err, "%s was killed", run->path);
    }
    drain_rest(child->stdout_fd, &child->output);
    drain_rest(child->stderr_fd, &child->error_output);
    return true;
}

/* True if the child, which has ended, says that it succeeded. It is not reaped by that, so its id
 * cannot be another's yet. */
static bool succeeded(const struct child *child)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT) == 0 &&
           info.si_code == CLD_EXITED && info.si_status == 0;
}

/* Reaps the child, and kills whatever is left of its group unless all went well. */
static int finish(struct child *child, bool ended)
{
    int status = 0;
    if (child->pid > 0) {
        if (!ended || !succeeded(child))
            (void)kill(-child->pid, SIGKILL); /* an empty group is fine */
        while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close_fd(&child->pid_fd);
    close_fd(&child->stdout_fd);
    close_fd(&child->stderr_fd);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static const char *text_of(struct arena *arena, const struct buf *buf)
{
    return arena_strndup(arena, buf->length > 0 ? buf->data : "", buf->length);
}

/* The child's whole life. *ret_exit_code is only told on success. */
static bool live(struct child *child, const struct run *run, struct cancel *cancel,
                 int *ret_exit_code, struct err *err)
{
    int64_t deadline_ns = clock_mono_ns() + run->timeout_ns;
    int theirs[3] = {-1, -1, -1};
    auto_close int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd < 0)
        return err_errno(err, errno, "eventfd");
    bool ok = start(child, run, theirs, deadline_ns, cancel, err);
    for (int i = 0; i < 3; i++)
        close_fd(&theirs[i]);
    if (ok) {
        cancel_wake_set(cancel, wake, &wake_fd);
        ok = listen_to(child, run, deadline_ns, cancel, wake_fd, err);
        cancel_wake_clear(cancel);
    }
    *ret_exit_code = finish(child, ok);
    return ok;
}

bool run_program(struct scope *scope, const struct run *run, struct run_result *ret_result,
                 struct err *err)
{
    struct child child = {.pid_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    buf_init(&child.output, run->output_limit_bytes);
    buf_init(&child.error_output, run->output_limit_bytes);
    int exit_code = 0;
    bool ok = live(&child, run, scope->cancel, &exit_code, err);
    if (ok)
        *ret_result = (struct run_result){
            .exit_code = exit_code,
            .output = text_of(scope->arena, &child.output),
            .output_length = child.output.length,
            .error_output = text_of(scope->arena, &child.error_output),
        };
    buf_done(&child.output);
    buf_done(&child.error_output);
    return ok;
}
