/* A process in a network namespace of its own, as a pause container is. Needs root. */
#ifndef TEST_UNIT_SHIM_NETWORK_POD_PROCESS_H
#define TEST_UNIT_SHIM_NETWORK_POD_PROCESS_H

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs the shell text in the new namespace first; the process then waits to be killed. -1 if the
 * machine does not allow it. */
static inline pid_t pod_process_start(const char *script)
{
    int ready[2];
    if (pipe(ready) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        char ok = unshare(CLONE_NEWNET) == 0 && system(script) == 0;
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (write(ready[1], &ok, 1) != 1 || !ok)
            _exit(1);
        for (;;)
            (void)pause();
    }
    char ok = 0;
    (void)close(ready[1]);
    if (read(ready[0], &ok, 1) != 1)
        ok = 0;
    (void)close(ready[0]);
    if (ok || pid < 0)
        return pid;
    (void)waitpid(pid, NULL, 0);
    return -1;
}

static inline void pod_process_end(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

#endif
