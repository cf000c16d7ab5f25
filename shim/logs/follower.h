/*
 * One container's log: Docker's json-file carried over to the kubelet's path in CRI format, each
 * line once, whatever is killed when.
 *
 * How that holds: the output is a pure function of the input. After a restart the follower decodes
 * again from its checkpoint and compares with what the output already has behind the checkpoint;
 * what is there is skipped to the byte, so a torn last line is completed and nothing comes twice.
 *
 * The follower's lock is held across file I/O: reopening must not happen in the middle of a line.
 * Threads: any, but follower_create and follower_destroy.
 */
#ifndef SHIM_LOGS_FOLLOWER_H
#define SHIM_LOGS_FOLLOWER_H

#include "shim/base/err.h"

struct follower;

struct follower_options {
    const char *id;          /* of the container, for messages */
    const char *input_path;  /* Docker's json-file */
    const char *output_root; /* the pod's log directory; trusted */
    const char *output_path; /* beneath it; nothing on the way may be a symbolic link */
    const char *checkpoint_path;
};

/* Opens the files and picks up where the checkpoint says. The output and its directories are made
 * if missing. NULL on error. */
struct follower *follower_create(const struct follower_options *options, struct err *err);
void follower_destroy(struct follower *follower); /* NULL is allowed */

enum follower_progress {
    FOLLOWER_IDLE,  /* everything that Docker wrote is in the output */
    FOLLOWER_MORE,  /* there is more to do at once */
    FOLLOWER_STUCK, /* the output takes nothing now (a full disk): try again later */
};

/* Carries over a bounded amount, so that one chatty container cannot starve the others. */
enum follower_progress follower_step(struct follower *follower);

/* Carries over everything that is there. STUCK's error if the output takes nothing. */
bool follower_drain(struct follower *follower, struct err *err);

/* Begins a new output file at the path, between two lines: the kubelet has renamed the old one. The
 * file exists, and nothing goes to the old one any more, when this returns. */
bool follower_reopen(struct follower *follower, struct err *err);

/* The container has ended: drains, notes it in the checkpoint and closes the files. */
bool follower_finish(struct follower *follower, struct err *err);

#endif
