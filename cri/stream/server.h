/*
 * The stream endpoints: HTTP on a listener of its own, tokens, and the sessions that grow out of
 * upgraded connections. libmicrohttpd reads the requests, on the loop's thread; stream_server_url()
 * (cri/streaming.h) is what the CRI handlers call, from any.
 */
#ifndef CRI_STREAM_SERVER_H
#define CRI_STREAM_SERVER_H

#include <uv.h>

#include "cri/streaming.h"

struct stream_server_options {
    const char *bind_address;     /* see cri/stream/bind_address.h */
    const struct stream_ops *ops; /* borrowed for the server's life */
    int64_t idle_timeout_ns;      /* of a session in which nothing moves; 0: 4 h, the kubelet's */
};

/* Listens. NULL on error. */
struct stream_server *
stream_server_create(uv_loop_t *loop, const struct stream_server_options *options, struct err *err);

/* Ends all sessions, which kills the commands that they run, and runs the loop until they are gone:
 * so not from inside one of the loop's callbacks, and when no handler can ask for a URL any more.
 * NULL is allowed. */
void stream_server_destroy(struct stream_server *server);

#endif
