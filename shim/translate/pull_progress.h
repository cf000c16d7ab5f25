/*
 * How far a pull has come, read from Docker's messages, and whether it has stalled. A layer that is
 * unpacked can be silent for minutes; a layer that is downloaded cannot, and repeats its message
 * although nothing moves. So bytes and statuses are compared, and messages are not counted.
 */
#ifndef SHIM_TRANSLATE_PULL_PROGRESS_H
#define SHIM_TRANSLATE_PULL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "shim/base/err.h"

struct pull_progress {
    int64_t last_change_ns; /* monotonic: when bytes or a layer's status last moved */
    int extracting;         /* layers that are being unpacked: silence is normal meanwhile */
    json_t *layers;         /* id -> last status and byte count; owned */
    char text[256];         /* the last thing it said, for the error that names it */
};

void pull_progress_init(struct pull_progress *progress, int64_t now_ns);
void pull_progress_done(struct pull_progress *progress);

/* Takes one message. False if it is an error: see shim/translate/pull_error.h, which also says why
 * that error must not be wrapped. */
bool pull_progress_feed(struct pull_progress *progress, const json_t *message, int64_t now_ns,
                        struct err *err);

/* False, DEADLINE_EXCEEDED with the last progress, if nothing has moved for `limit_ns` and nothing
 * is being unpacked. A limit of 0 never passes. */
bool pull_progress_check(const struct pull_progress *progress, int64_t now_ns, int64_t limit_ns,
                         struct err *err);

#endif
