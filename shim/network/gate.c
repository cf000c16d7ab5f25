#include "shim/network/gate.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int inside, waiting_alone;
    bool alone; /* the one inside is alone */
};

struct gate *gate_create(void)
{
    struct gate *gate = xcalloc(1, sizeof(*gate));
    pthread_condattr_t monotonic;
    /* None of these fails with these arguments. */
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&gate->lock, NULL);
    (void)pthread_cond_init(&gate->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return gate;
}

void gate_destroy(struct gate *gate)
{
    if (gate == NULL)
        return;
    (void)pthread_cond_destroy(&gate->changed); /* nobody waits, nobody holds the lock */
    (void)pthread_mutex_destroy(&gate->lock);
    free(gate);
}

static bool is_open(const struct gate *gate, bool alone)
{
    return alone ? gate->inside == 0 : !gate->alone && gate->waiting_alone == 0;
}

/* A cancellation is looked for twice a second: it frees a thread, nobody waits for it. */
static void wait_a_while(struct gate *gate)
{
    int64_t until_ns = clock_mono_ns() + NS_PER_S / 2;
    struct timespec until = {.tv_sec = until_ns / NS_PER_S, .tv_nsec = until_ns % NS_PER_S};
    (void)pthread_cond_timedwait(&gate->changed, &gate->lock, &until);
}

bool gate_enter(struct gate *gate, struct cancel *cancel, bool alone, struct err *err)
{
    bool entered = true;
    pthread_mutex_lock(&gate->lock);
    gate->waiting_alone += alone;
    while (!is_open(gate, alone) && (entered = cancel_check(cancel, err)))
        wait_a_while(gate);
    gate->waiting_alone -= alone;
    if (entered) {
        gate->inside++;
        gate->alone = alone;
    }
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
    return entered || err_wrap(err, "wait for the network's garbage collection");
}

void gate_leave(struct gate *gate, bool alone)
{
    pthread_mutex_lock(&gate->lock);
    gate->inside--;
    if (alone)
        gate->alone = false;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}
