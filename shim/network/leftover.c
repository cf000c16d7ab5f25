#include "shim/network/leftover.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim/base/cleanup.h"
#include "shim/base/clock.h"
#include "shim/base/file.h"
#include "shim/base/log.h"

enum { ENVIRONMENT_MAX = 1 << 20 };

/* `variable` is "NAME=value". */
static bool has_variable(struct arena *arena, pid_t pid, const char *variable)
{
    struct err ignored = ERR_INIT; /* a process that ended meanwhile has none */
    char *environment;
    size_t length;
    if (!file_read(arena, arena_printf(arena, "/proc/%d/environ", (int)pid), ENVIRONMENT_MAX,
                   &environment, &length, &ignored))
        return false;
    for (const char *at = environment; at < environment + length; at += strlen(at) + 1)
        if (strcmp(at, variable) == 0)
            return true;
    return false;
}

static bool is_plugin_run(struct arena *arena, pid_t pid, const char *variable)
{
    return pid > 1 && getpgid(pid) == pid && getsid(pid) != pid &&
           has_variable(arena, pid, variable);
}

/* The first that there is, 0 for none. */
static pid_t find_run(const char *variable)
{
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        return 0;
    pid_t found = 0;
    for (const struct dirent *entry; found == 0 && (entry = readdir(proc)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        struct arena *arena = arena_create();
        if (is_plugin_run(arena, pid, variable))
            found = pid;
        arena_destroy(arena);
    }
    (void)closedir(proc); /* it was only read */
    return found;
}

/* Waits for one process. Woken now and then to see whether the scope has ended. */
static bool wait_for_end(struct cancel *cancel, int pid_fd, int64_t deadline_ns, bool *ret_ended,
                         struct err *err)
{
    enum { STEP_MS = 500 };
    *ret_ended = false;
    while (!*ret_ended && clock_mono_ns() < deadline_ns) {
        struct pollfd polled = {.fd = pid_fd, .events = POLLIN};
        int64_t left_ms = (deadline_ns - clock_mono_ns() + NS_PER_MS - 1) / NS_PER_MS;
        int limit_ms = left_ms < 0 ? 0 : left_ms < STEP_MS ? (int)left_ms : STEP_MS;
        *ret_ended = poll(&polled, 1, cancel_remaining_ms(cancel, limit_ms)) > 0;
        if (!*ret_ended && !cancel_check(cancel, err))
            return false;
    }
    return true;
}

static bool end_run(struct scope *scope, pid_t pid, const char *variable, int64_t deadline_ns,
                    struct err *err)
{
    const int64_t death_ns = 10 * NS_PER_S;
    auto_close int pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
    bool ended;
    /* From here on the id stays this process's, if it still is the one. */
    if (pid_fd < 0 || !is_plugin_run(scope->arena, pid, variable))
        return true;
    if (!wait_for_end(scope->cancel, pid_fd, deadline_ns, &ended, err) || ended)
        return ended;
    log_warn("killing the process group %d of a CNI plugin that an earlier daemon started",
             (int)pid);
    (void)kill(-pid, SIGKILL);
    return wait_for_end(scope->cancel, pid_fd, clock_mono_ns() + death_ns, &ended, err) &&
           (ended || err_set(err, CODE_DEADLINE_EXCEEDED, "process %d does not die", (int)pid));
}

bool leftover_wait(struct scope *scope, const char *container_id, int64_t timeout_ns,
                   struct err *err)
{
    const char *variable = arena_printf(scope->arena, "CNI_CONTAINERID=%s", container_id);
    int64_t deadline_ns = clock_mono_ns() + timeout_ns;
    for (pid_t pid; (pid = find_run(variable)) != 0;)
        if (!end_run(scope, pid, variable, deadline_ns, err))
            return err_wrap(err, "wait for CNI plugins of %s that still run", container_id);
    return true;
}
