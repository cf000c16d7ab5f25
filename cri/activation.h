/*
 * Sockets that systemd made and handed over (sd_listen_fds(3)): descriptors from 3 on, described by
 * LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES. They stay systemd's: closing ours is all that may be
 * done, because shutdown() would end the socket for systemd and the next daemon too.
 */
#ifndef CRI_ACTIVATION_H
#define CRI_ACTIVATION_H

#include <stdbool.h>

#include "shim/base/err.h"

/* Finds the socket that is listening: the first one for "", else by descriptor or by name. Makes it
 * nonblocking and close-on-exec. FAILED_PRECONDITION if nothing was handed over to this process,
 * NOT_FOUND if not this one, INVALID_ARGUMENT if it is not a listening unix stream socket. */
bool activation_find(const char *name, int *ret_fd, struct err *err);

#endif
