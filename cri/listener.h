/*
 * The unix socket that the daemon listens on: made here and guarded by a lock, or handed over by
 * systemd (fd://). A socket that a live daemon serves is never taken from it, and the path is
 * unlinked at the end only while it is still ours.
 */
#ifndef CRI_LISTENER_H
#define CRI_LISTENER_H

#include <stdbool.h>

#include "shim/base/err.h"

struct listener;

struct listener_options {
    const char *endpoint; /* unix:///path, or fd:// (also fd://N or fd://name: a socket by
                             LISTEN_FDNAMES) */
    const char *group;    /* group of the socket by name or number; NULL leaves it */
};

/* Binds and listens, mode 0660. FAILED_PRECONDITION if another daemon holds the path, or if it is
 * not a socket. NULL on error. */
struct listener *listener_create(const struct listener_options *options, struct err *err);
void listener_destroy(struct listener *listener); /* NULL is allowed */

int listener_fd(const struct listener *listener); /* nonblocking; poll it, then listener_accept() */

/* The next connection, nonblocking and close-on-exec, or -1 when there is none. Peers that are
 * neither root nor of the socket's owner or group are closed and logged (SO_PEERCRED). */
int listener_accept(struct listener *listener);

#endif
