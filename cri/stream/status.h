/*
 * How a session tells its end on the error stream: Kubernetes' metav1.Status, as JSON for version 4
 * and newer of the protocol, as a plain text (and nothing for success) before.
 */
#ifndef CRI_STREAM_STATUS_H
#define CRI_STREAM_STATUS_H

#include "shim/base/arena.h"
#include "shim/base/err.h"

/* A command that has ended by itself. */
const char *stream_status_exit(struct arena *arena, bool json, int exit_code);

/* A session that failed: the error's text. */
const char *stream_status_error(struct arena *arena, bool json, const char *text);

#endif
