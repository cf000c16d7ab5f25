#include "shim/stats/layer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim/base/alloc.h"
#include "shim/base/cancel.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"
#include "shim/base/wait.h"

enum {
    IDLE_SHARE = 19, /* how many times as long as it works the thread sleeps */
    LOWEST_PRIORITY = 19,
    IO_PRIORITY_IDLE = 3 << 13, /* IOPRIO_CLASS_IDLE, see ioprio_set(2) */
    IO_PRIORITY_THREAD = 1,     /* IOPRIO_WHO_PROCESS */
};

static const int64_t PERIOD_NS = 60 * NS_PER_S;
static const int64_t FORGET_NS = 300 * NS_PER_S; /* after which nobody seems to want it */

struct layer {
    struct layer *next;
    char *id, *directory;
    bool running, known;
    bool settled;             /* it has ended and was measured after that */
    int64_t due_ns, asked_ns; /* monotonic */
    struct layer_usage usage;
};

struct layers {
    pthread_t thread;
    struct cancel cancel; /* ends the thread's sleep */
    int64_t busy_since_ns;
    pthread_mutex_t lock; /* of the fields below */
    pthread_cond_t changed;
    struct layer *first;
    bool stopping;
};

/* The lock is held. */
static struct layer **find(struct layers *layers, const char *id)
{
    struct layer **link = &layers->first;
    while (*link != NULL && strcmp((*link)->id, id) != 0)
        link = &(*link)->next;
    return link;
}

static void layer_free(struct layer *layer)
{
    free(layer->id);
    free(layer->directory);
    free(layer);
}

/* Sleeps for as long as the work since the last time has earned. */
static bool pay(void *context)
{
    struct layers *layers = context;
    struct err err = ERR_INIT;
    bool ok =
        wait_for(&layers->cancel, (clock_mono_ns() - layers->busy_since_ns) * IDLE_SHARE, &err);
    layers->busy_since_ns = clock_mono_ns();
    return ok;
}

/* What has been measured, or that it is gone. */
static void store(struct layers *layers, const char *id, bool running,
                  const struct layer_usage *usage)
{
    pthread_mutex_lock(&layers->lock);
    struct layer **link = find(layers, id), *layer = *link;
    if (usage == NULL) {
        *link = layer->next;
        layer_free(layer);
    } else {
        layer->usage = *usage;
        layer->known = true;
        /* One that has ended meanwhile may have written after its files were counted. */
        layer->settled = !running;
        layer->due_ns = running && !layer->running ? 0 : clock_mono_ns() + PERIOD_NS;
    }
    pthread_mutex_unlock(&layers->lock);
}

/* Of one that is settled it only matters if it is still there. */
static bool is_settled(struct layers *layers, const char *id, const char *directory)
{
    pthread_mutex_lock(&layers->lock);
    struct layer *layer = *find(layers, id);
    bool settled = layer->settled && access(directory, F_OK) == 0;
    if (settled)
        layer->due_ns = clock_mono_ns() + PERIOD_NS;
    pthread_mutex_unlock(&layers->lock);
    return settled;
}

static void measure(struct layers *layers, const char *id, const char *directory, bool running)
{
    struct err err = ERR_INIT;
    struct layer_usage usage = {.time_ns = clock_real_ns()};
    layers->busy_since_ns = clock_mono_ns();
    if (layer_walk(directory, pay, layers, &usage.size, &err)) {
        store(layers, id, running, &usage);
    } else if (err.code != CODE_CANCELLED) {
        log_debug("writable layer of container %s is not measured: %s", id, err.text);
        store(layers, id, running, NULL);
    }
    (void)pay(layers); /* at the end of all it returns at once, and the caller sees that itself */
}

/* The layer that has been due longest, or NULL; the lock is held. */
static struct layer *most_due(struct layers *layers)
{
    struct layer *due = NULL;
    for (struct layer *layer = layers->first; layer != NULL; layer = layer->next)
        if (due == NULL || layer->due_ns < due->due_ns)
            due = layer;
    return due;
}

/* True, and forgotten, if it was not asked for lately; the lock is held. */
static bool forgotten(struct layers *layers, struct layer *layer)
{
    if (clock_mono_ns() - layer->asked_ns < FORGET_NS)
        return false;
    *find(layers, layer->id) = layer->next;
    layer_free(layer);
    return true;
}

static void wait_until(struct layers *layers, int64_t mono_ns)
{
    if (mono_ns == CLOCK_NEVER) {
        pthread_cond_wait(&layers->changed, &layers->lock);
        return;
    }
    struct timespec until = {.tv_sec = mono_ns / NS_PER_S, .tv_nsec = mono_ns % NS_PER_S};
    (void)pthread_cond_timedwait(&layers->changed, &layers->lock, &until); /* late is fine */
}

static void *work(void *argument)
{
    struct layers *layers = argument;
    /* Both are about this thread only, and without them it is merely less polite. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), LOWEST_PRIORITY);
    (void)syscall(SYS_ioprio_set, IO_PRIORITY_THREAD, 0, IO_PRIORITY_IDLE);
    pthread_mutex_lock(&layers->lock);
    while (!layers->stopping) {
        struct layer *layer = most_due(layers);
        if (layer == NULL || layer->due_ns > clock_mono_ns()) {
            wait_until(layers, layer != NULL ? layer->due_ns : CLOCK_NEVER);
            continue;
        }
        if (forgotten(layers, layer))
            continue;
        char *id = xstrdup(layer->id), *directory = xstrdup(layer->directory);
        bool running = layer->running;
        pthread_mutex_unlock(&layers->lock);
        if (!is_settled(layers, id, directory))
            measure(layers, id, directory, running);
        free(id);
        free(directory);
        pthread_mutex_lock(&layers->lock);
    }
    pthread_mutex_unlock(&layers->lock);
    return NULL;
}

static void free_all(struct layers *layers)
{
    for (struct layer *layer = layers->first, *next; layer != NULL; layer = next) {
        next = layer->next;
        layer_free(layer);
    }
    pthread_cond_destroy(&layers->changed);
    pthread_mutex_destroy(&layers->lock);
    cancel_done(&layers->cancel);
    free(layers);
}

struct layers *layers_create(struct err *err)
{
    struct layers *layers = xcalloc(1, sizeof(*layers));
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&layers->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&layers->lock, NULL);
    cancel_init(&layers->cancel, CLOCK_NEVER);
    int result = pthread_create(&layers->thread, NULL, work, layers);
    if (result == 0)
        return layers;
    free_all(layers);
    (void)err_errno(err, result, "start the thread that measures writable layers");
    return NULL;
}

void layers_destroy(struct layers *layers)
{
    if (layers == NULL)
        return;
    pthread_mutex_lock(&layers->lock);
    layers->stopping = true;
    pthread_cond_signal(&layers->changed);
    pthread_mutex_unlock(&layers->lock);
    cancel_fire(&layers->cancel);
    pthread_join(layers->thread, NULL);
    free_all(layers);
}

/* The layer of the id, made if a directory is told; the lock is held. */
static struct layer *find_or_add(struct layers *layers, const char *id, const char *directory,
                                 bool running)
{
    struct layer **link = find(layers, id);
    if (*link == NULL && directory[0] != '\0') {
        *link = xcalloc(1, sizeof(**link));
        **link =
            (struct layer){.id = xstrdup(id), .directory = xstrdup(directory), .running = running};
        pthread_cond_signal(&layers->changed);
    }
    return *link;
}

static void ask(struct layers *layers, struct layer *layer, bool running)
{
    layer->asked_ns = clock_mono_ns();
    if (layer->running == running)
        return;
    layer->running = running;
    layer->settled = false;
    layer->due_ns = 0;
    pthread_cond_signal(&layers->changed);
}

bool layers_get(struct layers *layers, struct arena *arena, const char *id, const char *directory,
                bool running, struct layer_usage *ret_usage)
{
    pthread_mutex_lock(&layers->lock);
    struct layer *layer = find_or_add(layers, id, directory, running);
    if (layer != NULL)
        ask(layers, layer, running);
    bool known = layer != NULL && layer->known;
    if (known) {
        *ret_usage = layer->usage;
        ret_usage->directory = arena_strdup(arena, layer->directory);
    }
    pthread_mutex_unlock(&layers->lock);
    return known;
}
