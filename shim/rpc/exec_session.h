/*
 * One process that Docker runs in a container for us, from its start to its exit code. Docker
 * cannot kill such a process, so the daemon does, by its pid on the host.
 */
#ifndef SHIM_RPC_EXEC_SESSION_H
#define SHIM_RPC_EXEC_SESSION_H

#include "dockerapi/exec.h"

struct exec_session {
    const char *id; /* Docker's exec id (arena); NULL until it was created */
    bool started;
    struct docker_stream stream;
};

#define EXEC_SESSION_INIT                                                                          \
    {                                                                                              \
        .stream = {.fd = -1 }                                                                      \
    }

/* Creates and starts; `body` is the exec's configuration (translate_exec_create). */
bool exec_session_start(struct exec_session *session, struct docker *docker, struct scope *scope,
                        const char *container_id, json_t *body, bool tty, struct err *err);

/* Waits until Docker has seen the end, after the stream has ended. */
bool exec_session_exit_code(struct exec_session *session, struct docker *docker,
                            struct scope *scope, int *ret_exit_code, struct err *err);

/* Kills the process with all its descendants, if it runs. */
void exec_session_kill(struct exec_session *session, struct docker *docker, struct scope *scope);

void exec_session_done(struct exec_session *session);

#endif
