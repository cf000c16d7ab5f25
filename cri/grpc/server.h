/*
 * The CRI server: gRPC on a listening unix socket that the caller made. It reads calls, checks and
 * unpacks them, runs each handler on a worker thread from start to end, and writes one log line per
 * call.
 *
 * Threads: one completion-queue thread that never blocks, an elastic pool of workers, and the
 * caller's thread, which accepts connections (server_accept). libgrpc's own listener is not used:
 * it steals the socket of a live daemon.
 */
#ifndef CRI_GRPC_SERVER_H
#define CRI_GRPC_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "cri/call.h"

struct server;

struct server_options {
    const struct cri_method *methods; /* borrowed for the server's life */
    size_t method_count;
    void *daemon;     /* becomes call->daemon */
    int worker_limit; /* calls at once; above: RESOURCE_EXHAUSTED. 0 for 1024 */
};

/* Starts the threads. NULL, with the error, if gRPC cannot start. */
struct server *server_create(const struct server_options *options, struct err *err);

/* Hands over a connected socket (take: the server closes it). Nonblocking, close-on-exec. */
void server_accept(struct server *server, int fd);

/* Number of calls under way, their log lines not yet written. */
int server_call_count(struct server *server);

/* Refuses new calls and lets those under way finish for `grace_ns`, except streams that would never
 * end; then cancels what is left, waits until the handlers have returned, and frees everything.
 * Blocks. */
void server_destroy(struct server *server, int64_t grace_ns);

#endif
