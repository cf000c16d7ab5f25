#include "cri/grpc/server.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <grpc/grpc_posix.h>
#include <grpc/grpc_security.h>

#include "cri/grpc/codec.h"
#include "cri/grpc/library_log.h"
#include "cri/grpc/rpc.h"
#include "cri/grpc/server_impl.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"

static const int64_t WORKER_IDLE_NS = 30 * NS_PER_S;

enum {
    WORKER_LIMIT = 1024,
    /* Calls that libgrpc can take in before the queue's thread looks. */
    REQUESTS_WAITING = 16,
};

static void run_queue(const struct server *server)
{
    for (;;) {
        grpc_event event =
            grpc_completion_queue_next(server->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
        if (event.type == GRPC_QUEUE_SHUTDOWN)
            return;
        const struct tag *tag = event.tag;
        tag->done(tag->context, event.success != 0);
    }
}

/* The queue's thread. It never blocks elsewhere: all input and output of the server stops with it.
 */
static void *serve(void *server)
{
    for (int i = 0; i < REQUESTS_WAITING; i++)
        rpc_request(server);
    run_queue(server);
    return NULL;
}

static void on_shut_down(void *context, bool ok)
{
    (void)ok;
    struct server *server = context;
    pthread_mutex_lock(&server->lock);
    server->is_shut_down = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

static grpc_server *make_grpc_server(void)
{
    static const struct {
        char *key;
        int value;
    } wanted[] = {
        {GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, CODEC_MESSAGE_MAX_BYTES},
        {GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, CODEC_MESSAGE_MAX_BYTES},
        /* Clients written in Go that keep connections alive ping more often than libgrpc likes; it
         * would close the connection on them, with the calls on it. */
        {GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0},
        {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
        {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000},
        /* The limit of a message would not hold for what it is decompressed to. */
        {GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE},
        {GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0},
        {GRPC_ARG_ENABLE_CHANNELZ, 0},
    };
    enum { COUNT = sizeof(wanted) / sizeof(wanted[0]) };
    grpc_arg items[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        items[i] = (grpc_arg){
            .type = GRPC_ARG_INTEGER, .key = wanted[i].key, .value.integer = wanted[i].value};
    const grpc_channel_args all = {.num_args = COUNT, .args = items};
    return grpc_server_create(&all, NULL);
}

static void init_lock(struct server *server)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes); /* none of these fails on Linux */
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&server->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_mutex_init(&server->lock, NULL);
}

static void init(struct server *server, const struct server_options *options)
{
    server->options = *options;
    if (server->options.worker_limit == 0)
        server->options.worker_limit = WORKER_LIMIT;
    server->shut_down = (struct tag){on_shut_down, server};
    init_lock(server);
    server->workers = workers_create(server->options.worker_limit, WORKER_IDLE_NS, rpc_run);
    server->call_log = call_log_create(options->methods, options->method_count);
    library_log_install();
    grpc_init();
    server->queue = grpc_completion_queue_create_for_next(NULL);
    server->credentials = grpc_insecure_server_credentials_create();
    server->grpc = make_grpc_server();
    grpc_server_register_completion_queue(server->grpc, server->queue, NULL);
    grpc_server_start(server->grpc);
}

/* Ends the queue, which nothing may use any more, and whoever runs it. */
static void shut_queue(struct server *server)
{
    grpc_server_destroy(server->grpc);
    grpc_server_credentials_release(server->credentials);
    grpc_completion_queue_shutdown(server->queue);
}

/* Frees what is left when nobody runs the queue any more. */
static void release(struct server *server)
{
    workers_destroy(server->workers);
    call_log_destroy(server->call_log);
    grpc_completion_queue_destroy(server->queue);
    grpc_shutdown_blocking();
    (void)pthread_cond_destroy(&server->changed); /* nobody waits on it */
    (void)pthread_mutex_destroy(&server->lock);
    free(server);
}

struct server *server_create(const struct server_options *options, struct err *err)
{
    struct server *server = xcalloc(1, sizeof(*server));
    init(server, options);
    int errnum = pthread_create(&server->queue_thread, NULL, serve, server);
    if (errnum == 0)
        return server;
    (void)err_errno(err, errnum, "start the thread of the gRPC server");
    grpc_server_shutdown_and_notify(server->grpc, server->queue, &server->shut_down);
    (void)grpc_completion_queue_next(server->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    shut_queue(server);
    run_queue(server);
    release(server);
    return NULL;
}

void server_accept(struct server *server, int fd)
{
    grpc_server_add_channel_from_fd(server->grpc, fd, server->credentials);
}

int server_call_count(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    int count = server->call_count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

static void begin_drain(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    server->draining = true;
    for (struct rpc *rpc = server->calls; rpc != NULL; rpc = rpc->next)
        rpc_end_endless(rpc);
    pthread_mutex_unlock(&server->lock);
    grpc_server_shutdown_and_notify(server->grpc, server->queue, &server->shut_down);
}

/* Waits until libgrpc has closed all connections, which it does when their calls are over, and all
 * our objects are gone. One does not imply the other: libgrpc does not wait for a worker whose
 * client went away. */
static void wait_until_quiet(struct server *server, int64_t limit_ns)
{
    int64_t now_ns = clock_mono_ns();
    bool forever = limit_ns >= CLOCK_NEVER - now_ns;
    int64_t end_ns = forever ? 0 : now_ns + limit_ns;
    const struct timespec end = {end_ns / NS_PER_S, end_ns % NS_PER_S};
    int result = 0;
    pthread_mutex_lock(&server->lock);
    while ((!server->is_shut_down || server->rpc_count > 0) && result != ETIMEDOUT) {
        if (forever)
            (void)pthread_cond_wait(&server->changed, &server->lock);
        else
            result = pthread_cond_timedwait(&server->changed, &server->lock, &end);
    }
    pthread_mutex_unlock(&server->lock);
}

void server_destroy(struct server *server, int64_t grace_ns)
{
    begin_drain(server);
    wait_until_quiet(server, grace_ns);
    grpc_server_cancel_all_calls(server->grpc);
    wait_until_quiet(server, CLOCK_NEVER);
    shut_queue(server);
    (void)pthread_join(server->queue_thread, NULL); /* it ends when the queue is drained */
    release(server);
}
