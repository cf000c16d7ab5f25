/* A request whose answer is the connection itself. */
#ifndef DOCKERAPI_HIJACK_H
#define DOCKERAPI_HIJACK_H

#include "dockerapi/request.h"
#include "dockerapi/stream.h"

/* Sends the request on a connection of its own and waits for the answer's head. Then the connection
 * is the caller's; *ret_stream is untouched on failure. */
bool hijack(struct docker *docker, struct scope *scope, const struct request *request,
            struct docker_stream *ret_stream, struct err *err);

#endif
