/*
 * The sizes of containers' writable layers. One thread walks one layer after the other, with the
 * lowest priority and at most a twentieth of a core and of the disk's time, so a value is as old as
 * its time says, and nobody ever waits for one.
 *
 * Threads: any, but layers_create and layers_destroy.
 */
#ifndef SHIM_STATS_LAYER_H
#define SHIM_STATS_LAYER_H

#include "shim/base/arena.h"
#include "shim/stats/layer_walk.h"

struct layers;

struct layer_usage {
    int64_t time_ns; /* when it was measured, real time */
    struct layer_size size;
    const char *directory; /* arena */
};

/* Starts the thread. NULL on error. */
struct layers *layers_create(struct err *err);
void layers_destroy(struct layers *layers); /* NULL is allowed */

/* The last measurement of a container's layer; false if there is none yet. It is measured soon if
 * it is new, again every minute while it runs, and once after it has ended. A layer whose directory
 * is gone, or that nobody has asked for in five minutes, is forgotten.
 * Without a directory ("") it is the one that was told while the container ran. */
bool layers_get(struct layers *layers, struct arena *arena, const char *id, const char *directory,
                bool running, struct layer_usage *ret_usage);

#endif
