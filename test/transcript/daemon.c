#include "test/transcript/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shim/base/cleanup.h"
#include "shim/base/clock.h"

extern char **environ;

enum { START_LIMIT_S = 60, STOP_LIMIT_S = 60, PAUSE_NS = 2 * 1000 * 1000 };

bool daemon_init(struct daemon *daemon, struct err *err)
{
    *daemon = (struct daemon){.directory = "/tmp/transcript-XXXXXX"};
    if (mkdtemp(daemon->directory) == NULL)
        return err_errno(err, errno, "%s", daemon->directory);
    (void)snprintf(daemon->docker_path, sizeof(daemon->docker_path), "%s/docker.sock",
                   daemon->directory);
    (void)snprintf(daemon->endpoint, sizeof(daemon->endpoint), "unix://%s/cri.sock",
                   daemon->directory);
    (void)snprintf(daemon->log_path, sizeof(daemon->log_path), "%s/log", daemon->directory);
    return true;
}

static bool spawn(struct daemon *daemon, const char *program, char **argv, struct err *err)
{
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, daemon->log_path,
                                           O_WRONLY | O_CREAT | O_APPEND, 0600);
    int error = posix_spawn(&daemon->pid, program, &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error == 0 || err_errno(err, error, "start %s", program);
}

static bool serves(const struct daemon *daemon)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
                   daemon->endpoint + strlen("unix://"));
    return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

/* True, and the pid forgotten, if the daemon has ended. */
static bool has_ended(struct daemon *daemon, int *ret_status)
{
    if (waitpid(daemon->pid, ret_status, WNOHANG) != daemon->pid)
        return false;
    daemon->pid = 0;
    return true;
}

static bool wait_until_it_serves(struct daemon *daemon, struct err *err)
{
    int64_t end_ns = clock_mono_ns() + START_LIMIT_S * NS_PER_S;
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    int status;
    while (!serves(daemon)) {
        if (has_ended(daemon, &status))
            return err_set(err, CODE_INTERNAL, "the daemon did not start (status %#x)", status);
        if (clock_mono_ns() > end_ns)
            return err_set(err, CODE_INTERNAL, "the daemon does not serve its socket");
        (void)nanosleep(&pause, NULL);
    }
    return true;
}

bool daemon_start(struct daemon *daemon, struct arena *arena, const char *program,
                  const struct script *script, struct err *err)
{
    const char *directory = daemon->directory;
    char *usual[] = {
        arena_strdup(arena, program),
        arena_printf(arena, "--container-runtime-endpoint=%s", daemon->endpoint),
        arena_printf(arena, "--docker-endpoint=unix://%s", daemon->docker_path),
        arena_printf(arena, "--root-directory=%s/root", directory),
        arena_printf(arena, "--run-directory=%s/run", directory),
        arena_printf(arena, "--cri-dockerd-root-directory=%s/incumbent", directory),
        arena_printf(arena, "--cni-cache-dir=%s/cni-cache", directory),
        arena_strdup(arena, "--network-plugin=bridge"),
        arena_strdup(arena, "--log-level=debug"),
    };
    enum { USUAL_COUNT = sizeof(usual) / sizeof(usual[0]) };
    char *argv[USUAL_COUNT + SCRIPT_FLAGS_MAX + 1] = {NULL};
    memcpy(argv, usual, sizeof(usual));
    for (size_t i = 0; i < script->flag_count; i++)
        argv[USUAL_COUNT + i] = arena_strdup(arena, script->flags[i]);
    return spawn(daemon, program, argv, err) && wait_until_it_serves(daemon, err);
}

bool daemon_stop(struct daemon *daemon, struct err *err)
{
    if (daemon->pid == 0)
        return true;
    auto_close int pidfd = (int)syscall(SYS_pidfd_open, daemon->pid, 0);
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    (void)kill(daemon->pid, SIGTERM);
    bool in_time = poll(&ended, 1, STOP_LIMIT_S * 1000) == 1;
    if (!in_time)
        (void)kill(daemon->pid, SIGKILL);
    int status = 0;
    (void)waitpid(daemon->pid, &status, 0);
    daemon->pid = 0;
    if (!in_time)
        return err_set(err, CODE_INTERNAL, "the daemon did not end at SIGTERM");
    return status == 0 || err_set(err, CODE_INTERNAL, "the daemon ended with status %#x", status);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void daemon_done(struct daemon *daemon)
{
    (void)nftw(daemon->directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
