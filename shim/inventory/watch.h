/*
 * One watcher's queue of container events. It is bounded: a watcher that falls behind loses its
 * place, and whoever puts events in never waits.
 *
 * Threads: none of its own. The picture calls this under its lock; only the descriptor, which is
 * readable while there is something to take, is waited on outside of it.
 */
#ifndef SHIM_INVENTORY_WATCH_H
#define SHIM_INVENTORY_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "dockerapi/shared.h"
#include "proto/api.pb-c.h"
#include "shim/base/err.h"

enum { WATCH_EVENTS_MAX = 4096 }; /* two for each container of a node that restarts everything */

struct watch_event {
    struct watch_event *next;
    Cri__ContainerEventType type;
    int64_t time_ns;          /* real */
    struct shared *container; /* its document; the last one if it is gone */
    struct shared *sandbox;   /* of its pod, which may be the same; NULL if it is not known */
};

struct watch {
    struct watch *next; /* the picture's */
    int fd;
    struct watch_event *first, *last;
    size_t count;
    bool overrun;
};

struct watch *watch_create(struct err *err); /* NULL on error */
void watch_destroy(struct watch *watch);     /* NULL is allowed */

/* Adds a copy of the event with references of its own. */
void watch_put(struct watch *watch, const struct watch_event *event);

/* The oldest event, for watch_event_free(), or NULL if there is none (yet). RESOURCE_EXHAUSTED once
 * the watcher has fallen behind. */
bool watch_take(struct watch *watch, struct watch_event **ret_event, struct err *err);
void watch_event_free(void *event); /* fit for arena_defer() */

#endif
