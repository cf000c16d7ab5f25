/*
 * Blocking on a descriptor or for a while, so that the scope's end still wakes the thread: poll()
 * with the cancellation tied in.
 */
#ifndef SHIM_BASE_WAIT_H
#define SHIM_BASE_WAIT_H

#include <stdint.h>

#include "shim/base/cancel.h"

/* Waits until `fd` is ready for `events` (POLLIN, POLLOUT; hang-ups count as ready). CANCELLED or
 * DEADLINE_EXCEEDED if the work is to end first. */
bool wait_fd(struct cancel *cancel, int fd, short events, struct err *err);

/* Waits for `duration_ns`. */
bool wait_for(struct cancel *cancel, int64_t duration_ns, struct err *err);

#endif
