#include "cri/grpc/workers.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"

/* Handlers keep little on the stack. Sanitizers multiply that. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STACK_BYTES = 2 * 1024 * 1024 };
#else
enum { STACK_BYTES = 256 * 1024 };
#endif

/* One thread, made and freed by itself. */
struct worker {
    struct workers *workers;
    struct worker *next_idle;
    pthread_cond_t woken;
    void *task; /* NULL while idle */
};

struct workers {
    int limit;
    int64_t idle_ns;
    void (*run)(void *task);
    pthread_mutex_t lock;
    pthread_cond_t emptied;
    struct worker *idle; /* the one that became idle last comes first */
    int count, idle_count;
    bool stopping;
    /* The thread that ended last. Each one joins the one that ended before it, so that joining the
     * last one joins all. */
    pthread_t ended;
    bool has_ended;
};

static void cond_init_monotonic(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes); /* none of these fails on Linux */
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

struct workers *workers_create(int limit, int64_t idle_ns, void (*run)(void *task))
{
    struct workers *workers = xcalloc(1, sizeof(*workers));
    workers->limit = limit;
    workers->idle_ns = idle_ns;
    workers->run = run;
    (void)pthread_mutex_init(&workers->lock, NULL); /* cannot fail with default attributes */
    (void)pthread_cond_init(&workers->emptied, NULL);
    return workers;
}

static void leave_idle(struct workers *workers, const struct worker *worker)
{
    struct worker **link = &workers->idle;
    while (*link != worker)
        link = &(*link)->next_idle;
    *link = worker->next_idle;
    workers->idle_count--;
}

/* Waits, under the lock, for the next task; false if the thread is to end. */
static bool wait_for_task(struct workers *workers, struct worker *worker)
{
    int64_t end_ns = clock_mono_ns() + workers->idle_ns;
    const struct timespec end = {end_ns / NS_PER_S, end_ns % NS_PER_S};
    worker->task = NULL;
    worker->next_idle = workers->idle;
    workers->idle = worker;
    workers->idle_count++;
    bool expired = false;
    while (worker->task == NULL) {
        if (workers->stopping || (expired && workers->count > WORKERS_KEPT)) {
            leave_idle(workers, worker);
            return false;
        }
        /* The few that stay must not wake up for nothing. */
        if (workers->count > WORKERS_KEPT)
            expired = pthread_cond_timedwait(&worker->woken, &workers->lock, &end) == ETIMEDOUT;
        else
            (void)pthread_cond_wait(&worker->woken, &workers->lock);
    }
    return true;
}

/* Hands the thread over to whoever ends next. Called under the lock, which it gives back. */
static void end(struct workers *workers)
{
    pthread_t before = workers->ended;
    bool join = workers->has_ended;
    workers->ended = pthread_self();
    workers->has_ended = true;
    workers->count--;
    if (workers->count == 0)
        pthread_cond_signal(&workers->emptied);
    pthread_mutex_unlock(&workers->lock);
    if (join)
        (void)pthread_join(before, NULL); /* it has nothing left to do but to end */
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct workers *workers = worker->workers;
    bool more = true;
    while (more) {
        workers->run(worker->task);
        pthread_mutex_lock(&workers->lock);
        more = wait_for_task(workers, worker);
        if (more)
            pthread_mutex_unlock(&workers->lock);
    }
    end(workers);
    (void)pthread_cond_destroy(&worker->woken); /* nobody waits on it */
    free(worker);
    return NULL;
}

/* Under the lock. */
static bool add_worker(struct workers *workers, void *task)
{
    struct worker *worker = xcalloc(1, sizeof(*worker));
    worker->workers = workers;
    worker->task = task;
    cond_init_monotonic(&worker->woken);
    pthread_attr_t attributes;
    pthread_t thread;
    (void)pthread_attr_init(&attributes); /* does not fail on Linux */
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    bool ok = pthread_create(&thread, &attributes, work, worker) == 0;
    (void)pthread_attr_destroy(&attributes);
    if (ok) {
        workers->count++;
    } else {
        (void)pthread_cond_destroy(&worker->woken); /* nobody waits on it */
        free(worker);
    }
    return ok;
}

bool workers_start(struct workers *workers, void *task)
{
    bool ok = true;
    pthread_mutex_lock(&workers->lock);
    struct worker *worker = workers->idle;
    if (workers->count - workers->idle_count >= workers->limit) {
        ok = false;
    } else if (worker != NULL) {
        workers->idle = worker->next_idle;
        workers->idle_count--;
        worker->task = task;
        pthread_cond_signal(&worker->woken);
    } else {
        ok = add_worker(workers, task);
    }
    pthread_mutex_unlock(&workers->lock);
    return ok;
}

int workers_count(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    int count = workers->count;
    pthread_mutex_unlock(&workers->lock);
    return count;
}

void workers_destroy(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    for (struct worker *worker = workers->idle; worker != NULL; worker = worker->next_idle)
        pthread_cond_signal(&worker->woken);
    while (workers->count > 0)
        pthread_cond_wait(&workers->emptied, &workers->lock);
    pthread_mutex_unlock(&workers->lock);
    if (workers->has_ended)
        (void)pthread_join(workers->ended, NULL); /* it has nothing left to do but to end */
    (void)pthread_cond_destroy(&workers->emptied);
    (void)pthread_mutex_destroy(&workers->lock);
    free(workers);
}
