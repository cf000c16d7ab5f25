/* A process that looks like a CNI plugin that an earlier daemon started. */
#ifndef TEST_UNIT_SHIM_NETWORK_GROUP_PROCESS_H
#define TEST_UNIT_SHIM_NETWORK_GROUP_PROCESS_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs sh -c with the container's id in its environment, in a process group of its own, or a
 * session, and returns when the shell runs. Its standard input is a pipe whose other end is told.
 * -1 if that fails. */
static inline pid_t group_process_start(const char *container_id, const char *script, bool session,
                                        int *ret_stdin)
{
    char variable[128], byte;
    int in[2], started[2];
    (void)snprintf(variable, sizeof(variable), "CNI_CONTAINERID=%s", container_id);
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(started, O_CLOEXEC) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(in[0], 0);
        if (session ? setsid() >= 0 : setpgid(0, 0) == 0)
            (void)execle("/bin/sh", "sh", "-c", script, (char *)NULL,
                         (char *[]){"PATH=/usr/bin:/bin", variable, NULL});
        _exit(1);
    }
    (void)close(in[0]);
    (void)close(started[1]);
    /* The other end closes when the shell runs. */
    bool ok = read(started[0], &byte, 1) == 0;
    (void)close(started[0]);
    *ret_stdin = in[1];
    return ok ? pid : -1;
}

#endif
