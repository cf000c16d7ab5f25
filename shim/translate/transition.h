/*
 * What happened to a container between two of its inspect documents, as CRI's events. Documents
 * are looked at now and then, so several things may have happened in between: each is told, in its
 * order. Only what left no trace in the second document (all but the last of several restarts)
 * cannot be.
 */
#ifndef SHIM_TRANSLATE_TRANSITION_H
#define SHIM_TRANSLATE_TRANSITION_H

#include <stddef.h>

#include <jansson.h>

#include "proto/api.pb-c.h"

enum { TRANSITION_MAX = 3 };

/* Either document may be NULL: there was none before, or the container is gone. Returns how many
 * events there are. */
size_t transition_find(const json_t *before, const json_t *after,
                       Cri__ContainerEventType ret_events[TRANSITION_MAX]);

#endif
