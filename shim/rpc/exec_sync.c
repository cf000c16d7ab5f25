#include "shim/rpc/rpc.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/socket.h>

#include "dockerapi/exec.h"
#include "dockerapi/stdcopy.h"
#include "shim/base/buf.h"
#include "shim/base/clock.h"
#include "shim/base/wait.h"
#include "shim/inventory/inventory.h"
#include "shim/rpc/exec_session.h"
#include "shim/translate/container_status.h"
#include "shim/translate/exec.h"

/* CRI: "The runtime should truncate the output to 16 MiB" per stream. Clients take messages of 16
 * MiB, so the two streams and their frame share what one message holds. */
enum { OUTPUT_MAX = (16 << 20) - 1024 };

struct output {
    struct stdcopy stdcopy;
    struct buf stdout_bytes, stderr_bytes;
};

static void output_release(void *object)
{
    struct output *output = object;
    buf_done(&output->stdout_bytes);
    buf_done(&output->stderr_bytes);
}

static void keep_piece(void *context, enum stdcopy_stream stream, const char *bytes, size_t length)
{
    struct output *output = context;
    struct buf *buf = stream == STDCOPY_STDERR ? &output->stderr_bytes : &output->stdout_bytes;
    (void)buf_append(buf, bytes, length); /* what is too much is read and dropped */
}

/* Reads the process's output until it ends. */
static bool read_output(struct cancel *cancel, const struct docker_stream *stream,
                        struct output *output, struct err *err)
{
    char bytes[32768];
    if (!stdcopy_feed(&output->stdcopy, stream->early, stream->early_length, keep_piece, output,
                      err))
        return false;
    for (;;) {
        if (!wait_fd(cancel, stream->fd, POLLIN, err))
            return false;
        ssize_t got = recv(stream->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (got == 0)
            return stdcopy_at_border(&output->stdcopy) ||
                   err_set(err, CODE_UNAVAILABLE, "Docker closed the output in the middle");
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got < 0)
            return err_errno(err, errno, "read output");
        if (!stdcopy_feed(&output->stdcopy, bytes, (size_t)got, keep_piece, output, err))
            return false;
    }
}

static bool run(struct call *call, struct scope *scope, const char *container_id,
                const Cri__ExecSyncRequest *in, struct output *output, int *ret_exit_code,
                struct err *err)
{
    struct docker *docker = call_daemon(call)->docker;
    struct exec_session session = EXEC_SESSION_INIT;
    json_t *body =
        translate_exec_create(scope->arena, in->cmd, in->n_cmd, false, false, true, true);
    bool ok = exec_session_start(&session, docker, scope, container_id, body, false, err) &&
              read_output(scope->cancel, &session.stream, output, err) &&
              exec_session_exit_code(&session, docker, scope, ret_exit_code, err);
    if (!ok)
        exec_session_kill(&session, docker, call_shield(call, 10 * NS_PER_S));
    exec_session_done(&session);
    return ok;
}

static void take_output(struct output *output, Cri__ExecSyncResponse *out)
{
    struct buf *first = &output->stdout_bytes, *second = &output->stderr_bytes;
    size_t room = OUTPUT_MAX - first->length;
    out->stdout.data = (uint8_t *)first->data;
    out->stdout.len = first->length;
    out->stderr.data = (uint8_t *)second->data;
    out->stderr.len = second->length < room ? second->length : room;
}

bool rpc_exec_sync(struct call *call, const Cri__ExecSyncRequest *in, Cri__ExecSyncResponse *out,
                   struct err *err)
{
    struct scope *scope = &call->scope;
    json_t *container;
    call->subject = in->container_id;
    if (in->n_cmd == 0)
        return err_set(err, CODE_INVALID_ARGUMENT, "cmd is empty");
    if (!inventory_container(call_daemon(call)->inventory, scope, in->container_id, &container,
                             err))
        return false;
    const char *id = container_id(container);
    if (container_pid(container) == 0)
        return err_set(err, CODE_FAILED_PRECONDITION, "container %s does not run", id);

    struct output *output = arena_zalloc(scope->arena, sizeof(*output));
    buf_init(&output->stdout_bytes, OUTPUT_MAX);
    buf_init(&output->stderr_bytes, OUTPUT_MAX);
    arena_defer(scope->arena, output_release, output);
    /* A timeout that the request names is a deadline of the same kind as the client's own. */
    bool nearer = cancel_deadline_limit(scope->cancel, in->timeout);
    int exit_code;
    if (!run(call, scope, id, in, output, &exit_code, err)) {
        if (err->code == CODE_DEADLINE_EXCEEDED && nearer)
            return err_set(err, CODE_DEADLINE_EXCEEDED,
                           "command in container %s ran longer than its timeout of %" PRId64
                           " s and was killed",
                           id, in->timeout);
        return err_wrap(err, "run command in container %s", id);
    }
    out->exit_code = exit_code;
    take_output(output, out);
    return true;
}
