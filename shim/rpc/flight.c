#include "shim/rpc/flight.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/wait.h"

struct run {
    struct run *next;
    struct flight *flight;
    const char *key; /* in the work's arena */
    struct flight_work work;
    struct cancel cancel;
    int done_fd; /* an eventfd that becomes readable for good once the run has ended */

    /* Under the flight's lock. */
    int callers;    /* that wait for it */
    int references; /* callers that have not let go, and the run's own thread */
    bool ended;

    /* Written by the run's thread before `ended`, constant from then on. */
    bool ok;
    const char *result;
    struct err err;
};

struct flight {
    pthread_mutex_t lock;
    pthread_cond_t landed; /* a run is gone */
    struct run *runs;      /* those that a caller may join */
    int count;             /* of all runs, also those that nobody can join any more */
};

struct flight *flight_create(void)
{
    struct flight *flight = xcalloc(1, sizeof(*flight));
    (void)pthread_mutex_init(&flight->lock, NULL); /* cannot fail with default attributes */
    (void)pthread_cond_init(&flight->landed, NULL);
    return flight;
}

void flight_destroy(struct flight *flight)
{
    if (flight == NULL)
        return;
    pthread_mutex_lock(&flight->lock);
    while (flight->count > 0)
        pthread_cond_wait(&flight->landed, &flight->lock);
    pthread_mutex_unlock(&flight->lock);
    (void)pthread_cond_destroy(&flight->landed); /* nobody waits, nobody holds the lock */
    (void)pthread_mutex_destroy(&flight->lock);
    free(flight);
}

static void run_destroy(struct run *run)
{
    cancel_done(&run->cancel);
    arena_destroy(run->work.arena);
    if (run->done_fd >= 0)
        (void)close(run->done_fd); /* gone whatever close says */
    free(run);
}

/* NULL on error. */
static struct run *run_create(struct flight *flight, const char *key,
                              const struct flight_work *work, struct err *err)
{
    struct run *run = xcalloc(1, sizeof(*run));
    run->flight = flight;
    run->key = arena_strdup(work->arena, key);
    run->work = *work;
    cancel_init(&run->cancel, CLOCK_NEVER);
    run->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (run->done_fd >= 0)
        return run;
    (void)err_errno(err, errno, "eventfd");
    run_destroy(run);
    return NULL;
}

/* No caller joins it from here on. Under the lock. */
static void unlist(struct run *run)
{
    struct run **link = &run->flight->runs;
    while (*link != NULL && *link != run)
        link = &(*link)->next;
    if (*link != NULL)
        *link = run->next;
}

/* Lets go of one reference; the last one ends the run's life. */
static void put(struct run *run)
{
    struct flight *flight = run->flight;
    pthread_mutex_lock(&flight->lock);
    bool last = --run->references == 0;
    pthread_mutex_unlock(&flight->lock);
    if (!last)
        return;
    run_destroy(run);
    pthread_mutex_lock(&flight->lock);
    flight->count--;
    pthread_cond_signal(&flight->landed);
    pthread_mutex_unlock(&flight->lock);
}

static void end(struct run *run)
{
    pthread_mutex_lock(&run->flight->lock);
    unlist(run);
    run->ended = true;
    pthread_mutex_unlock(&run->flight->lock);
    (void)eventfd_write(run->done_fd, 1); /* fails only if it is signalled already */
}

static void *run_main(void *argument)
{
    struct run *run = argument;
    struct scope scope = {.arena = run->work.arena, .cancel = &run->cancel};
    run->ok = run->work.run(run->work.context, &scope, &run->result, &run->err);
    end(run);
    put(run);
    return NULL;
}

/* The run gets its thread; where there is none, that is its outcome, for all who have joined. */
static void launch(struct run *run)
{
    pthread_t thread;
    int result = pthread_create(&thread, NULL, run_main, run);
    if (result == 0) {
        (void)pthread_detach(thread); /* flight_destroy() waits for what it still holds */
        return;
    }
    run->ok = err_errno(&run->err, result, "start a thread");
    end(run);
    pthread_mutex_lock(&run->flight->lock);
    run->references--; /* the thread's; the caller that launches has one of its own */
    pthread_mutex_unlock(&run->flight->lock);
}

/* The run of this key, with one reference for the caller; *ret_new tells that `fresh` is it. */
static struct run *join(struct flight *flight, const char *key, struct run *fresh, bool *ret_new)
{
    pthread_mutex_lock(&flight->lock);
    struct run *run = flight->runs;
    while (run != NULL && strcmp(run->key, key) != 0)
        run = run->next;
    *ret_new = run == NULL;
    if (*ret_new) {
        run = fresh;
        run->references = 1; /* its thread's */
        run->next = flight->runs;
        flight->runs = run;
        flight->count++;
    }
    run->callers++;
    run->references++;
    pthread_mutex_unlock(&flight->lock);
    return run;
}

/* The caller waits no longer. The last one takes the work with it. */
static void leave(struct run *run)
{
    pthread_mutex_lock(&run->flight->lock);
    bool abandoned = --run->callers == 0 && !run->ended;
    if (abandoned)
        unlist(run);
    pthread_mutex_unlock(&run->flight->lock);
    if (abandoned)
        cancel_fire(&run->cancel);
    put(run);
}

/* What came of a run that has ended. */
static bool outcome(struct run *run, struct arena *arena, const char **ret_result, struct err *err)
{
    /* A descriptor that is ready orders no memory; the lock does. */
    pthread_mutex_lock(&run->flight->lock);
    pthread_mutex_unlock(&run->flight->lock);
    if (run->ok)
        *ret_result = run->result != NULL ? arena_strdup(arena, run->result) : "";
    else
        *err = run->err;
    return run->ok;
}

bool flight_run(struct flight *flight, struct scope *scope, const char *key,
                const struct flight_work *work, const char **ret_result, struct err *err)
{
    bool is_new;
    struct run *fresh = run_create(flight, key, work, err);
    if (fresh == NULL)
        return false;
    struct run *run = join(flight, key, fresh, &is_new);
    if (is_new)
        launch(run);
    else
        run_destroy(fresh);
    bool ok = wait_fd(scope->cancel, run->done_fd, POLLIN, err) &&
              outcome(run, scope->arena, ret_result, err);
    leave(run);
    return ok;
}
