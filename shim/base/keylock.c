#include "shim/base/keylock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"

struct held {
    struct held *next;
    struct keylock *keylock;
    char *key;
};

struct keylock {
    pthread_mutex_t lock;
    pthread_cond_t released;
    struct held *held;
};

struct keylock *keylock_create(void)
{
    struct keylock *keylock = xcalloc(1, sizeof(*keylock));
    pthread_condattr_t monotonic;
    /* None of these fails with these arguments. */
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&keylock->lock, NULL);
    (void)pthread_cond_init(&keylock->released, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return keylock;
}

void keylock_destroy(struct keylock *keylock)
{
    if (keylock == NULL)
        return;
    (void)pthread_cond_destroy(&keylock->released);
    (void)pthread_mutex_destroy(&keylock->lock);
    free(keylock);
}

static bool is_held(const struct keylock *keylock, const char *key)
{
    for (const struct held *held = keylock->held; held != NULL; held = held->next)
        if (strcmp(held->key, key) == 0)
            return true;
    return false;
}

static void release(void *object)
{
    struct held *held = object;
    struct keylock *keylock = held->keylock;
    pthread_mutex_lock(&keylock->lock);
    struct held **link = &keylock->held;
    while (*link != held)
        link = &(*link)->next;
    *link = held->next;
    pthread_cond_broadcast(&keylock->released);
    pthread_mutex_unlock(&keylock->lock);
    free(held->key);
    free(held);
}

/* A cancellation is looked for twice a second: it frees a thread, nobody waits for it. */
static void wait_a_while(struct keylock *keylock)
{
    int64_t until_ns = clock_mono_ns() + NS_PER_S / 2;
    struct timespec until = {.tv_sec = until_ns / NS_PER_S, .tv_nsec = until_ns % NS_PER_S};
    (void)pthread_cond_timedwait(&keylock->released, &keylock->lock, &until);
}

bool keylock_take(struct keylock *keylock, struct scope *scope, const char *key, struct err *err)
{
    bool taken = true;
    pthread_mutex_lock(&keylock->lock);
    while (is_held(keylock, key) && (taken = cancel_check(scope->cancel, err)))
        wait_a_while(keylock);
    if (taken) {
        struct held *held = xmalloc(sizeof(*held));
        *held = (struct held){.next = keylock->held, .keylock = keylock, .key = xstrdup(key)};
        keylock->held = held;
        arena_defer(scope->arena, release, held);
    }
    pthread_mutex_unlock(&keylock->lock);
    return taken || err_wrap(err, "wait for an earlier call that makes %s", key);
}
