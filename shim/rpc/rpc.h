/*
 * The handlers' prototypes, generated from the list. A handler checks, asks, translates, and
 * forgives what CRI says to forgive; it runs on a worker thread and may block. What it returns may
 * point into the request and the arena.
 */
#ifndef SHIM_RPC_RPC_H
#define SHIM_RPC_RPC_H

#include "cri/call.h"
#include "proto/api.pb-c.h"
#include "shim/rpc/daemon.h"
#include "shim/rpc/list.h"

#define RPC_UNARY(service, name, handler, request, response, quiet)                                \
    bool rpc_##handler(struct call *call, const Cri__##request *in, Cri__##response *out,          \
                       struct err *err);
#define RPC_STREAM(service, name, handler, request, response, quiet)                               \
    bool rpc_##handler(struct call *call, const Cri__##request *in, struct err *err);
#define RPC_ABSENT(service, name, reason)
RPC_LIST(RPC_UNARY, RPC_STREAM, RPC_ABSENT)
#undef RPC_UNARY
#undef RPC_STREAM
#undef RPC_ABSENT

/* The dispatch table: RPC_COUNT methods in the list's order. */
enum { RPC_COUNT = 43 };
const struct cri_method *rpc_table(void);

#endif
