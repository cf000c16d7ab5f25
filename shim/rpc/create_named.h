/*
 * Creating a container under its name, whatever half-done try left that name behind: a dead
 * container of ours that holds it is replaced at once, a live one is never touched.
 */
#ifndef SHIM_RPC_CREATE_NAMED_H
#define SHIM_RPC_CREATE_NAMED_H

#include "shim/rpc/daemon.h"

/* Gives the new container's full id (arena). ALREADY_EXISTS, with the id of the holder, if the name
 * belongs to a running container or to one that is not CRI's. */
bool create_named(struct daemon *daemon, struct scope *scope, const char *name, json_t *body,
                  const char **ret_id, struct err *err);

#endif
