/*
 * What ends a piece of work early: a deadline that passes, or somebody who calls cancel_fire().
 * Every blocking primitive takes one, looks at it before it blocks, bounds its wait by
 * cancel_remaining_ms(), and can be woken from another thread through the hook it sets.
 *
 * The owner keeps it alive until no other thread can fire it. The wake function runs on the firing
 * thread under the lock, so it must only wake (curl_multi_wakeup, an eventfd) and never block.
 */
#ifndef SHIM_BASE_CANCEL_H
#define SHIM_BASE_CANCEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "shim/base/err.h"

struct cancel {
    pthread_mutex_t lock;
    bool fired;
    int64_t deadline_ns; /* monotonic; CLOCK_NEVER for none */
    void (*wake)(void *argument);
    void *argument;
};

void cancel_init(struct cancel *cancel, int64_t deadline_ns);
void cancel_done(struct cancel *cancel);

/* Ends the work; any thread, any number of times. */
void cancel_fire(struct cancel *cancel);

/* Sets the function that interrupts the wait about to begin; one at a time. It is called at once if
 * the work was cancelled before. cancel_wake_clear() returns only when it is not running. */
void cancel_wake_set(struct cancel *cancel, void (*wake)(void *argument), void *argument);
void cancel_wake_clear(struct cancel *cancel);

/* Brings the deadline forward to `timeout_s` from now; 0 and less mean no limit. True if it is the
 * nearer one now. Only before another thread waits on it. */
bool cancel_deadline_limit(struct cancel *cancel, int64_t timeout_s);

/* False, with CANCELLED or DEADLINE_EXCEEDED, if the work is to end now. */
bool cancel_check(struct cancel *cancel, struct err *err);

/* Milliseconds until the deadline, rounded up; 0 if it has passed or the work was cancelled; at
 * most `limit_ms`. Fits the timeout of poll(). */
int cancel_remaining_ms(struct cancel *cancel, int limit_ms);

#endif
