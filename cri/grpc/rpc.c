#include "cri/grpc/rpc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/byte_buffer.h>
#include <grpc/support/time.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"
#include "shim/base/utf8.h"

static void rpc_put(struct rpc *rpc)
{
    if (atomic_fetch_sub(&rpc->references, 1) > 1)
        return;
    struct server *server = rpc->server;
    if (rpc->grpc != NULL)
        grpc_call_unref(rpc->grpc);
    grpc_call_details_destroy(&rpc->details);
    grpc_metadata_array_destroy(&rpc->metadata);
    grpc_byte_buffer_destroy(rpc->request);
    grpc_byte_buffer_destroy(rpc->reply);
    cancel_done(&rpc->cancel);
    (void)sem_destroy(&rpc->message_done); /* fails only for one that is not a semaphore */
    free(rpc);
    pthread_mutex_lock(&server->lock);
    server->rpc_count--;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

void rpc_start(struct rpc *rpc, const grpc_op *ops, size_t count, struct tag *tag)
{
    atomic_fetch_add(&rpc->references, 1);
    grpc_call_error error = grpc_call_start_batch(rpc->grpc, ops, count, tag, NULL);
    if (error == GRPC_CALL_OK)
        return;
    /* Only a mistake in this folder leads here: an operation started twice or too late. */
    log_error("grpc refuses an operation of %s: %s", rpc->path, grpc_call_error_to_string(error));
    abort();
}

void rpc_end_endless(struct rpc *rpc)
{
    if (rpc->method == NULL || !rpc->method->endless)
        return;
    rpc->told_to_end = true;
    cancel_fire(&rpc->cancel);
}

static void call_begin(struct rpc *rpc)
{
    struct server *server = rpc->server;
    pthread_mutex_lock(&server->lock);
    server->call_count++;
    rpc->next = server->calls;
    if (rpc->next != NULL)
        rpc->next->previous = rpc;
    server->calls = rpc;
    if (server->draining)
        rpc_end_endless(rpc);
    pthread_mutex_unlock(&server->lock);
}

static void call_end(struct rpc *rpc)
{
    struct server *server = rpc->server;
    pthread_mutex_lock(&server->lock);
    server->call_count--;
    if (rpc->next != NULL)
        rpc->next->previous = rpc->previous;
    if (rpc->previous != NULL)
        rpc->previous->next = rpc->next;
    else
        server->calls = rpc->next;
    pthread_mutex_unlock(&server->lock);
}

void rpc_finish(struct rpc *rpc)
{
    arena_destroy(rpc->call.scope.arena);
    call_end(rpc);
    rpc_put(rpc);
}

/* Hands the call, with the caller's reference, to a worker. This thread must not wait for anything,
 * not even for the log. */
static void dispatch(struct rpc *rpc)
{
    struct server *server = rpc->server;
    if (workers_start(server->workers, rpc))
        return;
    struct err err;
    (void)err_set(&err, CODE_RESOURCE_EXHAUSTED, "too many calls are under way (the limit is %d)",
                  server->options.worker_limit);
    call_log_refused(server->call_log);
    rpc_answer(rpc, &err);
    rpc_finish(rpc);
}

static const struct cri_method *find_method(const struct server_options *options, const char *path)
{
    for (size_t i = 0; i < options->method_count; i++) {
        const struct cri_method *method = &options->methods[i];
        size_t length = strlen(method->service);
        if (path[0] == '/' && strncmp(path + 1, method->service, length) == 0 &&
            path[length + 1] == '/' && strcmp(path + length + 2, method->name) == 0)
            return method;
    }
    return NULL;
}

/* libgrpc has several clocks and aborts when two are compared. */
static int64_t deadline_to_ns(gpr_timespec deadline)
{
    if (gpr_time_cmp(deadline, gpr_inf_future(deadline.clock_type)) == 0)
        return CLOCK_NEVER;
    gpr_timespec left = gpr_time_sub(deadline, gpr_now(deadline.clock_type));
    int64_t now_ns = clock_mono_ns();
    if (left.tv_sec >= (CLOCK_NEVER - now_ns) / NS_PER_S - 1)
        return CLOCK_NEVER;
    return now_ns + left.tv_sec * NS_PER_S + left.tv_nsec;
}

static void describe(struct rpc *rpc)
{
    struct arena *arena = arena_create();
    const grpc_slice *method = &rpc->details.method;
    const char *path = arena_strndup(arena, (const char *)GRPC_SLICE_START_PTR(*method),
                                     GRPC_SLICE_LENGTH(*method));
    rpc->path = utf8_clean(arena, path);
    rpc->method = find_method(&rpc->server->options, rpc->path);
    rpc->start_ns = clock_mono_ns();
    rpc->cancel.deadline_ns = deadline_to_ns(rpc->details.deadline);
    rpc->call = (struct call){.scope = {.arena = arena, .cancel = &rpc->cancel},
                              .daemon = rpc->server->options.daemon,
                              .send = rpc_send};
}

static void begin(struct rpc *rpc)
{
    rpc_request(rpc->server);
    describe(rpc);
    call_begin(rpc);
    grpc_op close = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER};
    close.data.recv_close_on_server.cancelled = &rpc->client_gone;
    rpc_start(rpc, &close, 1, &rpc->closed);
}

static void receive(struct rpc *rpc)
{
    grpc_op message = {.op = GRPC_OP_RECV_MESSAGE};
    message.data.recv_message.recv_message = &rpc->request;
    rpc_start(rpc, &message, 1, &rpc->received);
    rpc_put(rpc);
}

/* A call has come, or (not ok) none will come any more. */
static void on_started(void *context, bool ok)
{
    struct rpc *rpc = context;
    if (!ok) {
        rpc_put(rpc);
        return;
    }
    begin(rpc);
    if (rpc->method != NULL && (rpc->method->unary != NULL || rpc->method->stream != NULL))
        receive(rpc);
    else
        dispatch(rpc);
}

/* The request is here; if it is not, the worker finds none. */
static void on_received(void *context, bool ok)
{
    (void)ok;
    dispatch(context);
}

/* The call is over for the client: answered, given up, or past its deadline. */
static void on_closed(void *context, bool ok)
{
    (void)ok;
    struct rpc *rpc = context;
    if (rpc->client_gone)
        cancel_fire(&rpc->cancel);
    rpc_put(rpc);
}

static void on_sent(void *context, bool ok)
{
    struct rpc *rpc = context;
    rpc->message_ok = ok;
    (void)sem_post(&rpc->message_done); /* fails only at the largest count */
    rpc_put(rpc);
}

/* Not ok means that the client did not wait for the answer, which is its right. */
static void on_ended(void *context, bool ok)
{
    (void)ok;
    rpc_put(context);
}

void rpc_request(struct server *server)
{
    struct rpc *rpc = xcalloc(1, sizeof(*rpc));
    rpc->server = server;
    rpc->references = 1;
    rpc->started = (struct tag){on_started, rpc};
    rpc->closed = (struct tag){on_closed, rpc};
    rpc->received = (struct tag){on_received, rpc};
    rpc->sent = (struct tag){on_sent, rpc};
    rpc->ended = (struct tag){on_ended, rpc};
    cancel_init(&rpc->cancel, CLOCK_NEVER);
    (void)sem_init(&rpc->message_done, 0, 0); /* fails only for too large a value */
    grpc_call_details_init(&rpc->details);
    grpc_metadata_array_init(&rpc->metadata);
    pthread_mutex_lock(&server->lock);
    server->rpc_count++;
    pthread_mutex_unlock(&server->lock);
    if (grpc_server_request_call(server->grpc, &rpc->grpc, &rpc->details, &rpc->metadata,
                                 server->queue, server->queue, &rpc->started) != GRPC_CALL_OK)
        rpc_put(rpc);
}
