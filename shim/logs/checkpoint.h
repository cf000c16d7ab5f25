/*
 * How far a container's log has been carried over: a file of one fixed-size record beside the
 * daemon's other records, overwritten in place. It may lag behind what was written; the follower
 * compares on resume. A record that was torn or is foreign reads as none.
 */
#ifndef SHIM_LOGS_CHECKPOINT_H
#define SHIM_LOGS_CHECKPOINT_H

#include <stdint.h>

#include "shim/base/err.h"

struct checkpoint {
    uint64_t in_offset;             /* bytes of Docker's file that are in the output */
    uint64_t out_device, out_inode; /* the file that they went to */
    uint64_t out_offset;            /* its length then */
    uint64_t finished;              /* 1: the container has ended and everything was carried over */
};

/* Opens or makes the file; the descriptor, or -1. */
int checkpoint_open(const char *path, struct err *err);

/* Zeroes *ret_checkpoint where there is no whole record. */
void checkpoint_read(int fd, struct checkpoint *ret_checkpoint);

bool checkpoint_write(int fd, const struct checkpoint *checkpoint, struct err *err);

#endif
