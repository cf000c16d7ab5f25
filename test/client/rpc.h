/* The methods of CRI by their names, as a client sees them. */
#ifndef TEST_CLIENT_RPC_H
#define TEST_CLIENT_RPC_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

struct rpc {
    const ProtobufCServiceDescriptor *service;
    const ProtobufCMethodDescriptor *method;
};

/* "StopContainer", of either service. NOT_FOUND, with the names there are, for another one. */
bool rpc_find(const char *name, struct rpc *ret_rpc, struct err *err);

/* "/runtime.v1.RuntimeService/StopContainer" */
const char *rpc_path(struct arena *arena, const struct rpc *rpc);

/* The request's bytes from JSON (pbjson). */
bool rpc_request(struct arena *arena, const struct rpc *rpc, json_t *json, uint8_t **ret_bytes,
                 size_t *ret_length, struct err *err);

/* An answer's message from its bytes; NULL if they are none. */
const ProtobufCMessage *rpc_answer(struct arena *arena, const struct rpc *rpc, const void *bytes,
                                   size_t length);

#endif
