/*
 * How much a directory tree holds, as du counts: allocated blocks, and files with several names
 * once. It never follows a link and never leaves the filesystem it began on.
 */
#ifndef SHIM_STATS_LAYER_WALK_H
#define SHIM_STATS_LAYER_WALK_H

#include <stdint.h>

#include "shim/base/err.h"

struct layer_size {
    uint64_t bytes, inodes;
};

/* Called now and then; false ends the walk. Here its share of time is bounded. */
typedef bool layer_pause_fn(void *context);

/* NOT_FOUND if the tree is gone, CANCELLED if `pause` ended it. What vanishes meanwhile does not
 * count. */
bool layer_walk(const char *directory, layer_pause_fn *pause, void *context,
                struct layer_size *ret_size, struct err *err);

#endif
