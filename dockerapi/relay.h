/*
 * A TLS connection made to look like a plain socket: a thread of its own carries the bytes between
 * curl, which alone can encrypt them, and one end of a socket pair.
 */
#ifndef DOCKERAPI_RELAY_H
#define DOCKERAPI_RELAY_H

#include "dockerapi/link.h"

/* Takes the link, if it succeeds. *ret_fd is the caller's: closing it ends relay and connection;
 * shutdown(SHUT_WR) is passed on. RESOURCE_EXHAUSTED without descriptors or threads left. */
bool relay_start(struct link *link, int *ret_fd, struct err *err);

#endif
