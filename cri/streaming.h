/*
 * The seam between the CRI handlers, the stream endpoints (cri/stream), and who runs the processes
 * that they talk to. A handler trades a request for a URL; the client that opens the URL gets its
 * session; what the session needs done is done through struct stream_ops.
 */
#ifndef CRI_STREAMING_H
#define CRI_STREAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/base/scope.h"

enum stream_kind { STREAM_EXEC, STREAM_ATTACH, STREAM_PORT_FORWARD };

struct stream_request {
    enum stream_kind kind;
    const char *target;         /* full id: of the container, for port-forward of the sandbox */
    const char *const *command; /* exec only */
    size_t command_count;
    bool tty, want_stdin, want_stdout, want_stderr;
    const int32_t *ports; /* port-forward over WebSocket only: SPDY clients name theirs later */
    size_t port_count;
};

/* The process at the other end of a session. */
struct stream_process {
    int fd;            /* a socket: its input and its output; closed by release() */
    const char *early; /* output that comes before what is read from fd; release() frees it */
    size_t early_length;
    void *state; /* whatever the operations need */
};

enum stream_output { STREAM_STDOUT, STREAM_STDERR };

typedef void stream_output_fn(void *context, enum stream_output output, const char *bytes,
                              size_t length);

/*
 * `host` is the first argument of each. All but demux and release may block; they run on a thread
 * of their own that ends with them (so pod_sockets may change its namespace), and end early when
 * their scope is cancelled.
 */
struct stream_ops {
    void *host;

    /* Starts the command, or attaches to the container. A start that fails half way leaves no
     * process behind. */
    bool (*open)(void *host, struct scope *scope, const struct stream_request *request,
                 struct stream_process *ret_process, struct err *err);

    /* The size of its terminal, in characters. */
    bool (*resize)(void *host, struct scope *scope, struct stream_process *process, uint32_t width,
                   uint32_t height, struct err *err);

    /* After the output has ended: the exit code of a command; for an attachment 0, unless the
     * connection was lost rather than ended. */
    bool (*finish)(void *host, struct scope *scope, struct stream_process *process,
                   int *ret_exit_code, struct err *err);

    /* The client is gone: kills a command with its descendants, leaves an attached container. */
    void (*abandon)(void *host, struct scope *scope, struct stream_process *process);

    /* Takes bytes from fd apart; a terminal's are all STREAM_STDOUT. */
    bool (*demux)(struct stream_process *process, const char *bytes, size_t length,
                  stream_output_fn *piece, void *context, struct err *err);

    void (*release)(struct stream_process *process);

    /* Unconnected stream sockets in the sandbox's network namespace, nonblocking: ret_fds[0] of
     * IPv4, ret_fds[1] of IPv6 or -1 where there is none. */
    bool (*pod_sockets)(void *host, struct scope *scope, const char *sandbox_id, int ret_fds[2],
                        struct err *err);
};

struct stream_server;

/* Keeps a copy of the request for a minute, and gives the URL under which one client can have it,
 * once. RESOURCE_EXHAUSTED when 1000 are waiting. Threads: any. */
bool stream_server_url(struct stream_server *server, struct arena *arena,
                       const struct stream_request *request, const char **ret_url, struct err *err);

#endif
