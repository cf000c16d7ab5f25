/*
 * A container's log, whichever way it is kept: carried over in CRI format by shim/logs, or, for
 * containers of the incumbent and with --log-mode=symlink, a symbolic link to Docker's own file. A
 * container keeps the way that it was created with: two formats never meet in one file.
 */
#ifndef SHIM_RPC_CONTAINER_LOG_H
#define SHIM_RPC_CONTAINER_LOG_H

#include "shim/rpc/daemon.h"

/* Carries the log over, from where it was left; again for one that is followed changes nothing. A
 * log that is a link needs nothing. */
bool container_log_follow(struct daemon *daemon, const json_t *container, struct err *err);

/* The container was started: its log is followed, or its link made. */
bool container_log_begin(struct daemon *daemon, const json_t *container, struct err *err);

/* Everything that an ended container wrote is in its log when this returns. A log that cannot be
 * completed now is logged, and no reason to hide that the container has ended. */
void container_log_settle(struct daemon *daemon, const json_t *container);

/* A new file at the log's path. FAILED_PRECONDITION if the log is a link, or the container has
 * none. */
bool container_log_reopen(struct daemon *daemon, const json_t *container, struct err *err);

/* The container was removed: its log is completed and stays, its link goes. */
bool container_log_end(struct daemon *daemon, const json_t *container, struct err *err);

#endif
