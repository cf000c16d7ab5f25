/*
 * The logs of all our containers, carried over from Docker's files to the kubelet's paths by one
 * thread: the kernel tells it which file has grown, so idle containers cost nothing. Nothing in
 * Docker or in a container ever waits for it.
 *
 * Threads: any, but logs_create and logs_destroy.
 */
#ifndef SHIM_LOGS_LOGS_H
#define SHIM_LOGS_LOGS_H

#include <stdbool.h>

#include "shim/base/err.h"

struct logs;

struct logs_container {
    const char *id;
    const char *input_path;  /* Docker's json-file */
    const char *output_root; /* the pod's log directory */
    const char *output_path; /* beneath it */
};

/* Starts the thread; checkpoints live in `directory`, which is made if missing. NULL on error. */
struct logs *logs_create(const char *directory, struct err *err);
void logs_destroy(
    struct logs *logs); /* NULL is allowed; what is not carried over yet waits for the next life */

/* Follows a container's log from where it was left; again for one that is followed changes nothing.
 */
bool logs_follow(struct logs *logs, const struct logs_container *container, struct err *err);

/* Everything that the container has written is in its log when this returns; one that has ended is
 * not followed any longer. A container that is not followed is fine. Fails while the disk is full.
 */
bool logs_settle(struct logs *logs, const char *id, bool ended, struct err *err);

/* A new file in place of the one that the kubelet has renamed. NOT_FOUND if it is not followed. */
bool logs_reopen(struct logs *logs, const char *id, struct err *err);

/* The container is removed: its log is completed, its checkpoint goes. */
void logs_forget(struct logs *logs, const char *id);

#endif
