/*
 * The main thread's life: it waits for connections and signals, and hands both on. Nothing that it
 * calls may block, or nobody else gets in meanwhile.
 */
#ifndef SHIM_LOOP_H
#define SHIM_LOOP_H

#include <uv.h>

#include "cri/grpc/server.h"
#include "cri/listener.h"

struct loop_options {
    uv_loop_t *uv; /* the main thread's; others have handles on it, too */
    struct listener *listener;
    struct server *server;         /* gets every connection */
    void (*reload)(void *context); /* at HUP */
    void *context;
};

/* Runs until TERM or INT arrives. These and HUP must be blocked when it is called; it lets this one
 * thread receive them. A second TERM or INT, then or later, ends the process at once. */
bool loop_run(const struct loop_options *options, struct err *err);

#endif
