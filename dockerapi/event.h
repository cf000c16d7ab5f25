/*
 * Docker's events as they happen. A reader that must not miss any subscribes first and lists then:
 * the engine remembers only a few hundred past events and drops them for readers that are slow.
 * Errors and ownership: dockerapi/docker.h.
 */
#ifndef DOCKERAPI_EVENT_H
#define DOCKERAPI_EVENT_H

#include "dockerapi/docker.h"

/* One event, borrowed. False, with the error set, ends the subscription. */
typedef bool docker_event_fn(void *context, const json_t *event, struct err *err);

/* The engine has accepted the subscription. False, with the error set, ends it. */
typedef bool docker_subscribed_fn(void *context, struct err *err);

struct docker_events {
    /* Real time: what happened since then comes first. Docker answers a moment before it has
     * really subscribed, so a time from before the call closes that gap. 0 for no past events. */
    int64_t since_ns;
    json_t *filters;                  /* Docker's filter document, borrowed; NULL for all */
    docker_subscribed_fn *subscribed; /* may be NULL */
    docker_event_fn *event;
    void *context;
};

/* GET /events. Waits without a limit of its own and never returns true: CANCELLED or
 * DEADLINE_EXCEEDED when the scope ends, UNAVAILABLE when the engine ends the stream, or what a
 * function said. The functions run on the calling thread. */
bool docker_events(struct docker *docker, struct scope *scope, const struct docker_events *events,
                   struct err *err);

#endif
