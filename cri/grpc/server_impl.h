/*
 * What the parts of the server share. The completion-queue thread runs the tags' functions, which
 * must not block; workers run the calls.
 *
 * Lifetimes: an rpc object waits for a call, becomes one, and goes when its last reference is put.
 * Nothing may be started on the completion queue after the last object is gone: libgrpc aborts.
 */
#ifndef CRI_GRPC_SERVER_IMPL_H
#define CRI_GRPC_SERVER_IMPL_H

#include <pthread.h>
#include <stdbool.h>

#include <grpc/grpc.h>

#include "cri/grpc/call_log.h"
#include "cri/grpc/server.h"
#include "cri/grpc/workers.h"

struct rpc;

/* What an operation hands to the completion queue. */
struct tag {
    void (*done)(void *context, bool ok);
    void *context;
};

struct server {
    struct server_options options;
    grpc_server *grpc;
    grpc_completion_queue *queue;
    grpc_server_credentials *credentials;
    struct workers *workers;
    struct call_log *call_log;
    pthread_t queue_thread;
    struct tag shut_down;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    int rpc_count;     /* objects, also those that wait for a call */
    int call_count;    /* calls under way */
    struct rpc *calls; /* the same, as a list */
    bool draining;     /* no new calls; streams without an end were told to end */
    bool is_shut_down; /* libgrpc has closed every connection */
};

#endif
