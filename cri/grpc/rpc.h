/*
 * One call on the server, from the moment it is waited for. The completion-queue thread makes it,
 * receives the request and hears of its end; one worker thread runs it in between.
 *
 * References: one for each operation under way on the completion queue, one for the worker.
 */
#ifndef CRI_GRPC_RPC_H
#define CRI_GRPC_RPC_H

#include <semaphore.h>

#include "cri/grpc/server_impl.h"

struct rpc {
    struct call call; /* first, so that a handler's call leads back here */
    struct cancel cancel;
    struct server *server;
    const struct cri_method *method; /* NULL if there is none of this name */
    const char *path;                /* "/runtime.v1.RuntimeService/Version", cleaned */
    int64_t start_ns;
    _Atomic int references;
    struct rpc *next, *previous; /* of the server's calls */
    bool told_to_end;            /* by the server that ends; under its lock */

    grpc_call *grpc;
    grpc_call_details details;
    grpc_metadata_array metadata;
    grpc_byte_buffer *request, *reply;
    int client_gone; /* libgrpc's answer when the call is closed */
    struct tag started, closed, received, sent, ended;

    bool headers_sent;
    _Atomic bool message_ok; /* whether the last message of a stream went out */
    sem_t message_done;      /* posted when that is known */
};

/* Makes the server wait for one more call. */
void rpc_request(struct server *server);

/* Runs the call: what a worker does with it. */
void rpc_run(void *rpc);

/* Starts operations that end with the tag, and takes a reference for them. */
void rpc_start(struct rpc *rpc, const grpc_op *ops, size_t count, struct tag *tag);

/* Ends the call: sends what *err says, and before it the rpc's reply, if there is one. */
void rpc_answer(struct rpc *rpc, const struct err *err);

/* The work is done: gives back what the call made, its place among the calls and the worker's
 * reference. */
void rpc_finish(struct rpc *rpc);

/* Cancels the call if it is a stream that has no end of its own. Under the server's lock. */
void rpc_end_endless(struct rpc *rpc);

/* As call->send. */
bool rpc_send(struct call *call, const ProtobufCMessage *message, struct err *err);

#endif
