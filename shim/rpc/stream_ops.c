#include "shim/rpc/stream_ops.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "dockerapi/container.h"
#include "dockerapi/stdcopy.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/wait.h"
#include "shim/inventory/inventory.h"
#include "shim/network/netns.h"
#include "shim/rpc/exec_session.h"
#include "shim/translate/container_status.h"
#include "shim/translate/exec.h"
#include "shim/translate/sandbox_status.h"

/* A command or an attachment. */
struct process {
    char *container_id;
    bool is_command, tty;        /* a terminal's output is not framed */
    char *exec_id;               /* of a command */
    struct exec_session session; /* its stream is also that of an attachment */
    struct stdcopy stdcopy;
};

static void destroy_process(struct process *process)
{
    exec_session_done(&process->session);
    free(process->exec_id);
    free(process->container_id);
    free(process);
}

/* A start that was given up may have happened all the same. What Docker refused has not. */
static void undo_start(struct docker *docker, struct process *process, struct arena *arena,
                       enum code code)
{
    enum { LIMIT_S = 10 };
    if (code != CODE_CANCELLED && code != CODE_DEADLINE_EXCEEDED && code != CODE_UNAVAILABLE)
        return;
    struct cancel cancel;
    cancel_init(&cancel, clock_mono_ns() + LIMIT_S * NS_PER_S);
    struct scope scope = {.arena = arena, .cancel = &cancel};
    exec_session_kill(&process->session, docker, &scope);
    cancel_done(&cancel);
}

static bool start_command(struct docker *docker, struct scope *scope,
                          const struct stream_request *request, struct process *process,
                          struct err *err)
{
    json_t *body =
        translate_exec_create(scope->arena, request->command, request->command_count, request->tty,
                              request->want_stdin, request->want_stdout, request->want_stderr);
    if (!exec_session_start(&process->session, docker, scope, request->target, body, request->tty,
                            err)) {
        undo_start(docker, process, scope->arena, err->code);
        return err_wrap(err, "run command in container %s", request->target);
    }
    process->exec_id = xstrdup(process->session.id); /* the id's arena ends with the call */
    process->session.id = process->exec_id;
    process->tty = request->tty;
    return true;
}

static bool attach(struct docker *docker, struct scope *scope, const struct stream_request *request,
                   struct process *process, struct err *err)
{
    const struct docker_attach options = {
        .input = request->want_stdin,
        .output = request->want_stdout,
        .error = request->want_stderr,
        .detach_keys = translate_detach_keys(),
    };
    json_t *container;
    if (!docker_container_inspect(docker, scope, request->target, &container, err) ||
        !docker_container_attach(docker, scope, request->target, &options, &process->session.stream,
                                 err))
        return err_wrap(err, "attach to container %s", request->target);
    process->tty = container_tty(container);
    return true;
}

static bool op_open(void *host, struct scope *scope, const struct stream_request *request,
                    struct stream_process *ret_process, struct err *err)
{
    struct docker *docker = ((struct daemon *)host)->docker;
    struct process *process = xcalloc(1, sizeof(*process));
    process->session = (struct exec_session)EXEC_SESSION_INIT;
    process->is_command = request->kind == STREAM_EXEC;
    process->container_id = xstrdup(request->target);
    bool ok = process->is_command ? start_command(docker, scope, request, process, err)
                                  : attach(docker, scope, request, process, err);
    if (!ok) {
        destroy_process(process);
        return false;
    }
    const struct docker_stream *stream = &process->session.stream;
    *ret_process = (struct stream_process){
        .fd = stream->fd,
        .early = stream->early,
        .early_length = stream->early_length,
        .state = process,
    };
    return true;
}

/* Docker answers the start of a command before its terminal is there, so a size that comes at once
 * may have to be told again. */
static bool op_resize(void *host, struct scope *scope, struct stream_process *stream,
                      uint32_t width, uint32_t height, struct err *err)
{
    enum { TRIES = 10, PAUSE_MS = 20 };
    struct docker *docker = ((struct daemon *)host)->docker;
    const struct process *process = stream->state;
    if (!process->is_command)
        return docker_container_resize(docker, scope, process->container_id, width, height, err);
    for (int i = 1; !docker_exec_resize(docker, scope, process->exec_id, width, height, err); i++)
        if (i == TRIES || !wait_for(scope->cancel, PAUSE_MS * NS_PER_MS, err))
            return false;
    return true;
}

static bool op_finish(void *host, struct scope *scope, struct stream_process *stream,
                      int *ret_exit_code, struct err *err)
{
    struct docker *docker = ((struct daemon *)host)->docker;
    struct process *process = stream->state;
    if (process->is_command)
        return exec_session_exit_code(&process->session, docker, scope, ret_exit_code, err) ||
               err_wrap(err, "run command in container %s", process->container_id);
    /* Docker ends the connection when the container ends, and also when Docker itself does. */
    json_t *container;
    *ret_exit_code = 0;
    return docker_container_inspect(docker, scope, process->container_id, &container, err) ||
           err->code == CODE_NOT_FOUND ||
           err_wrap(err, "lost the connection to container %s", process->container_id);
}

static void op_abandon(void *host, struct scope *scope, struct stream_process *stream)
{
    struct process *process = stream->state;
    if (process->is_command)
        exec_session_kill(&process->session, ((struct daemon *)host)->docker, scope);
}

struct demux {
    stream_output_fn *piece;
    void *context;
};

static void on_piece(void *context, enum stdcopy_stream stream, const char *bytes, size_t length)
{
    const struct demux *demux = context;
    if (stream != STDCOPY_STDIN) /* which comes from no engine */
        demux->piece(demux->context, stream == STDCOPY_STDOUT ? STREAM_STDOUT : STREAM_STDERR,
                     bytes, length);
}

static bool op_demux(struct stream_process *stream, const char *bytes, size_t length,
                     stream_output_fn *piece, void *context, struct err *err)
{
    struct process *process = stream->state;
    struct demux demux = {.piece = piece, .context = context};
    if (!process->tty)
        return stdcopy_feed(&process->stdcopy, bytes, length, on_piece, &demux, err);
    piece(context, STREAM_STDOUT, bytes, length);
    return true;
}

static void op_release(struct stream_process *stream)
{
    destroy_process(stream->state);
    *stream = (struct stream_process){.fd = -1};
}

static bool op_pod_sockets(void *host, struct scope *scope, const char *sandbox_id, int ret_fds[2],
                           struct err *err)
{
    json_t *sandbox;
    if (!inventory_sandbox(((struct daemon *)host)->inventory, scope, sandbox_id, &sandbox, err))
        return false;
    int64_t pid = container_pid(sandbox);
    if (pid == 0)
        return err_set(err, CODE_FAILED_PRECONDITION, "sandbox %s does not run", sandbox_id);
    if (!sandbox_host_network(sandbox) && !netns_enter(pid, err))
        return false;
    ret_fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (ret_fds[0] < 0)
        return err_errno(err, errno, "socket in sandbox %s", sandbox_id);
    /* A kernel or a pod without IPv6 is no failure. */
    ret_fds[1] = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return true;
}

struct stream_ops stream_ops(struct daemon *daemon)
{
    return (struct stream_ops){
        .host = daemon,
        .open = op_open,
        .resize = op_resize,
        .finish = op_finish,
        .abandon = op_abandon,
        .demux = op_demux,
        .release = op_release,
        .pod_sockets = op_pod_sockets,
    };
}
