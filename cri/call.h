/*
 * One CRI call while it runs: what a handler is given besides the request. A handler borrows it
 * all; nothing of it may be kept after the handler returned.
 *
 * A cancelled call ends `scope`'s work. Work that must come to a clean end all the same
 * (StopContainer, RunPodSandbox) runs under call_shield().
 */
#ifndef CRI_CALL_H
#define CRI_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "shim/base/scope.h"

struct call {
    struct scope scope;
    void *daemon; /* what the server was started with: the handlers' own world */
    const char
        *subject; /* the id or name that the log line shows; set by the handler, NULL for none */
    bool (*send)(struct call *call, const ProtobufCMessage *message, struct err *err);
};

/* Makes a scope on the call's arena that neither the client nor its deadline can end, only
 * `limit_ns` from now. Lives as long as the arena. */
struct scope *call_shield(struct call *call, int64_t limit_ns);

/* A handler of a unary call: fills *out (initialised), in the arena, or fails. */
typedef bool cri_unary_fn(struct call *call, const void *in, void *out, struct err *err);

/* A handler of a server-streaming call: hands each message to call_send(), which blocks until the
 * client can take it, and returns when the stream is to end. */
typedef bool cri_stream_fn(struct call *call, const void *in, struct err *err);

bool call_send(struct call *call, const void *message, struct err *err);

/* One rpc. Exactly one of unary and stream is set, or neither: then the method exists and answers
 * UNIMPLEMENTED with `reason`. */
struct cri_method {
    const char *service; /* "runtime.v1.RuntimeService" */
    const char *name;    /* "StopContainer" */
    const ProtobufCMessageDescriptor *input, *output;
    cri_unary_fn *unary;
    cri_stream_fn *stream;
    const char *reason;
    bool quiet;   /* it changes nothing: its log line is at debug level unless it fails */
    bool endless; /* a stream without an end of its own: cancelled as soon as the server ends */
};

#endif
