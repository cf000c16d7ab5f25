#include <errno.h>
#include <stdio.h>

#include <grpc/slice.h>

#include "cri/grpc/codec.h"
#include "cri/grpc/rpc.h"
#include "shim/base/clock.h"
#include "shim/base/utf8.h"

void rpc_answer(struct rpc *rpc, const struct err *err)
{
    grpc_slice text = grpc_slice_from_copied_string(err->code == CODE_OK ? "" : err->text);
    grpc_op ops[3] = {{.op = GRPC_OP_SEND_STATUS_FROM_SERVER}};
    ops[0].data.send_status_from_server.status = (grpc_status_code)err->code;
    ops[0].data.send_status_from_server.status_details = &text;
    size_t count = 1;
    if (!rpc->headers_sent)
        ops[count++] = (grpc_op){.op = GRPC_OP_SEND_INITIAL_METADATA};
    if (rpc->reply != NULL) {
        ops[count].op = GRPC_OP_SEND_MESSAGE;
        ops[count++].data.send_message.send_message = rpc->reply;
    }
    rpc_start(rpc, ops, count, &rpc->ended);
    grpc_slice_unref(text);
}

bool rpc_send(struct call *call, const ProtobufCMessage *message, struct err *err)
{
    struct rpc *rpc = (struct rpc *)call;
    grpc_byte_buffer *buffer;
    if (!cancel_check(&rpc->cancel, err) || !codec_write(message, &buffer, err))
        return false;
    grpc_op ops[2] = {{.op = GRPC_OP_SEND_MESSAGE}, {.op = GRPC_OP_SEND_INITIAL_METADATA}};
    ops[0].data.send_message.send_message = buffer;
    rpc_start(rpc, ops, rpc->headers_sent ? 1 : 2, &rpc->sent);
    rpc->headers_sent = true;
    /* It ends when the client has taken the message, or cannot take it any more. */
    while (sem_wait(&rpc->message_done) != 0 && errno == EINTR)
        ;
    grpc_byte_buffer_destroy(buffer);
    if (rpc->message_ok)
        return true;
    return cancel_check(&rpc->cancel, err) && err_set(err, CODE_CANCELLED, "the client went away");
}

static bool run_unary(struct rpc *rpc, const ProtobufCMessage *in, struct err *err)
{
    const ProtobufCMessageDescriptor *type = rpc->method->output;
    ProtobufCMessage *out = arena_alloc(rpc->call.scope.arena, type->sizeof_message);
    protobuf_c_message_init(type, out);
    return rpc->method->unary(&rpc->call, in, out, err) && codec_write(out, &rpc->reply, err);
}

static bool run(struct rpc *rpc, struct err *err)
{
    const struct cri_method *method = rpc->method;
    ProtobufCMessage *in;
    if (method == NULL)
        return err_set(err, CODE_UNIMPLEMENTED, "unknown method %s", rpc->path);
    if (method->unary == NULL && method->stream == NULL)
        return err_set(err, CODE_UNIMPLEMENTED, "%s: %s", method->name, method->reason);
    if (!cancel_check(&rpc->cancel, err))
        return false;
    if (rpc->request == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "%s came without a message", method->name);
    if (!codec_read(method->input, rpc->call.scope.arena, rpc->request, &in, err))
        return false;
    grpc_byte_buffer_destroy(rpc->request);
    rpc->request = NULL;
    return method->stream != NULL ? method->stream(&rpc->call, in, err) : run_unary(rpc, in, err);
}

static bool was_told_to_end(struct rpc *rpc)
{
    pthread_mutex_lock(&rpc->server->lock);
    bool told = rpc->told_to_end;
    pthread_mutex_unlock(&rpc->server->lock);
    return told;
}

/* Makes the error one that a client can be told. */
static void polish(struct rpc *rpc, struct err *err, bool told_to_end)
{
    if (err->code <= CODE_OK || err->code > CODE_UNAUTHENTICATED) {
        err->code = CODE_INTERNAL;
        (void)err_wrap(err, "%s failed without a status", rpc->method->name);
    }
    if (err->code == CODE_CANCELLED && told_to_end) {
        err->code = CODE_UNAVAILABLE;
        (void)err_wrap(err, "the server is shutting down");
    }
    struct err raw = *err;
    (void)snprintf(err->text, sizeof(err->text), "%s", utf8_clean(rpc->call.scope.arena, raw.text));
    utf8_cut(err->text);
}

void rpc_run(void *task)
{
    struct rpc *rpc = task;
    struct err err = ERR_INIT;
    bool ok = run(rpc, &err);
    bool told_to_end = was_told_to_end(rpc);
    if (ok)
        err.code = CODE_OK;
    else
        polish(rpc, &err, told_to_end);
    int64_t end_ns = clock_mono_ns();
    rpc_answer(rpc, &err);
    const struct call_record record = {.method = rpc->method,
                                       .path = rpc->path,
                                       .subject = rpc->call.subject,
                                       .start_ns = rpc->start_ns,
                                       .end_ns = end_ns,
                                       .err = &err,
                                       .expected = told_to_end};
    call_log_write(rpc->server->call_log, &record);
    rpc_finish(rpc);
}
