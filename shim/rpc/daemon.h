/*
 * The handlers' world: what every call shares. Made by main before the server starts, gone after it
 * has ended; the pointers never change in between.
 */
#ifndef SHIM_RPC_DAEMON_H
#define SHIM_RPC_DAEMON_H

#include "cri/call.h"
#include "dockerapi/docker.h"
#include "shim/base/settings.h"
#include "shim/network/network.h"
#include "shim/translate/engine.h"

struct flight;
struct inventory;
struct keylock;
struct logs;
struct stats;
struct stream_server;

struct daemon {
    const struct settings *settings;
    struct docker *docker;
    struct inventory *inventory;
    struct network *network;
    struct logs *logs;
    struct stats *stats;
    struct stream_server *streams; /* exec, attach and port-forward endpoints */
    struct flight *pulls;          /* one pull per reference at a time */
    struct keylock *names;         /* one creation or removal per name or id at a time */
};

static inline struct daemon *call_daemon(struct call *call)
{
    return call->daemon;
}

/* The engine's facts, asked for at most once a minute. UNAVAILABLE while Docker is away. */
bool daemon_engine(struct daemon *daemon, struct scope *scope, struct engine *ret_engine,
                   struct err *err);

#endif
