#include "shim/inventory/picture.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/wait.h"
#include "shim/inventory/picture_entry.h"

enum {
    LOST_PATIENCE_S = 1,  /* of readers with an engine that may be back at once */
    RETRIES_AT_ONCE = 32, /* of those that did not answer, so that others get their turn */
};

struct picture {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* for takers and readers alike */
    struct entry *entries;
    struct watch *watches;
    uint64_t tickets, drift;
    size_t loading, takers;
    int64_t patience_ns;
    int64_t patience_end_ns; /* monotonic: until then readers wait for what is loading, or lost */
    bool expected;           /* lost, but only just, or not looked for yet */
    bool loaded_once, lost, stopping;
    struct err why;
};

struct picture *picture_create(int64_t patience_ns)
{
    struct picture *picture = xcalloc(1, sizeof(*picture));
    pthread_condattr_t monotonic;
    /* None of these fails with these arguments. */
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&picture->lock, NULL);
    (void)pthread_cond_init(&picture->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    picture->expected = picture->lost = true;
    picture->patience_ns = patience_ns;
    picture->patience_end_ns = clock_mono_ns() + patience_ns;
    (void)err_set(&picture->why, CODE_UNAVAILABLE, "Docker has not been reached yet");
    return picture;
}

void picture_destroy(struct picture *picture)
{
    if (picture == NULL)
        return;
    entry_free_all(picture->entries);
    for (struct watch *watch = picture->watches, *next; watch != NULL; watch = next) {
        next = watch->next;
        watch_destroy(watch);
    }
    (void)pthread_cond_destroy(&picture->changed);
    (void)pthread_mutex_destroy(&picture->lock);
    free(picture);
}

static void unlock(struct picture *picture)
{
    pthread_cond_broadcast(&picture->changed);
    pthread_mutex_unlock(&picture->lock);
}

/* The static functions below are called with the lock held. */
static void mark(struct picture *picture, struct entry *entry)
{
    entry->dirty = true;
    entry->audited = false;
    entry->marked = picture->tickets;
    entry->not_before_ns = 0;
}

static void loaded(struct picture *picture, struct entry *entry)
{
    picture->loading -= entry->loading;
    entry->loading = false;
}

void picture_lose(struct picture *picture, const struct err *why)
{
    pthread_mutex_lock(&picture->lock);
    picture->expected = !picture->lost;
    picture->patience_end_ns = clock_mono_ns() + LOST_PATIENCE_S * NS_PER_S;
    picture->lost = true;
    picture->why = *why;
    unlock(picture);
}

void picture_load(struct picture *picture, const struct picture_listed *listed, size_t count)
{
    pthread_mutex_lock(&picture->lock);
    for (size_t i = 0; i < count; i++)
        (void)entry_get(&picture->entries, listed[i].id);
    picture->loading = 0;
    for (struct entry *entry = picture->entries; entry != NULL; entry = entry->next) {
        mark(picture, entry);
        entry->quiet = !picture->loaded_once;
        entry->loading = true;
        picture->loading++;
    }
    picture->loaded_once = true;
    picture->expected = picture->lost = false;
    picture->patience_end_ns = clock_mono_ns() + picture->patience_ns;
    unlock(picture);
}

void picture_mark(struct picture *picture, const char *id)
{
    pthread_mutex_lock(&picture->lock);
    mark(picture, entry_get(&picture->entries, id));
    unlock(picture);
}

static void suspect(struct picture *picture, struct entry *entry, int64_t grace_ns)
{
    if (entry->dirty || entry->askers > 0)
        return;
    mark(picture, entry);
    entry->audited = true;
    entry->not_before_ns = clock_mono_ns() + grace_ns;
}

void picture_audit(struct picture *picture, const struct picture_listed *listed, size_t count,
                   int64_t grace_ns)
{
    pthread_mutex_lock(&picture->lock);
    for (struct entry *entry = picture->entries; entry != NULL; entry = entry->next)
        entry->listed = false;
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = entry_get(&picture->entries, listed[i].id);
        entry->listed = true;
        if (!entry_has_state(entry, listed[i].state))
            suspect(picture, entry, grace_ns);
    }
    for (struct entry *entry = picture->entries; entry != NULL; entry = entry->next)
        if (!entry->listed)
            suspect(picture, entry, grace_ns);
    unlock(picture);
}

uint64_t picture_drift(struct picture *picture)
{
    pthread_mutex_lock(&picture->lock);
    uint64_t drift = picture->drift;
    pthread_mutex_unlock(&picture->lock);
    return drift;
}

uint64_t picture_begin(struct picture *picture, const char *id)
{
    pthread_mutex_lock(&picture->lock);
    entry_get(&picture->entries, id)->askers++;
    uint64_t ticket = ++picture->tickets;
    pthread_mutex_unlock(&picture->lock);
    return ticket;
}

/* The entry of a question is there: it stays as long as somebody asks. */
static void end_question(struct entry *entry, uint64_t ticket)
{
    entry->askers--;
    if (entry->taken == ticket)
        entry->taken = 0;
}

/* An older answer than the one that is here may still come while somebody asks; then the entry must
 * be there to tell. Otherwise an id that is gone never comes back. */
static void drop_if_gone(struct entry **link)
{
    struct entry *entry = *link;
    if (entry->document != NULL || entry->dirty || entry->askers > 0)
        return;
    *link = entry->next;
    entry_free(entry);
}

void picture_store(struct picture *picture, const char *id, uint64_t ticket,
                   struct shared *take_document)
{
    struct shared *old = take_document;
    pthread_mutex_lock(&picture->lock);
    struct entry **link = entry_link(&picture->entries, id);
    struct entry *entry = *link;
    bool for_audit = entry->audited && entry->taken == ticket;
    end_question(entry, ticket);
    if (ticket > entry->ticket) {
        struct watch *watches = entry->quiet && entry->document == NULL ? NULL : picture->watches;
        size_t changes = entry_tell(picture->entries, entry, take_document, watches);
        picture->drift += for_audit && changes > 0;
        old = entry->document;
        entry->document = take_document;
        entry->ticket = ticket;
        entry->quiet = false;
    }
    /* Asked after the last that was heard of it. */
    if (ticket > entry->marked) {
        entry->dirty = entry->audited = false;
        entry->failures = 0;
        loaded(picture, entry);
    }
    drop_if_gone(link);
    unlock(picture);
    shared_unref(old);
}

void picture_fail(struct picture *picture, const char *id, uint64_t ticket)
{
    enum { BACKOFF_MAX = 2 };
    pthread_mutex_lock(&picture->lock);
    struct entry *entry = *entry_link(&picture->entries, id);
    end_question(entry, ticket);
    if (ticket > entry->marked) {
        entry->not_before_ns = clock_mono_ns() + (NS_PER_S << entry->failures);
        entry->failures += entry->failures < BACKOFF_MAX;
        loaded(picture, entry);
    }
    entry->dirty = true;
    unlock(picture);
}

/* The next one to ask about, and else the time at which there may be one. */
static struct entry *next_dirty(struct picture *picture, int64_t *until_ns)
{
    int64_t now_ns = clock_mono_ns();
    size_t retries = 0;
    struct entry *retry = NULL;
    for (struct entry *entry = picture->entries; entry != NULL; entry = entry->next) {
        retries += entry->taken != 0 && entry->failures > 0;
        if (!entry->dirty || entry->taken != 0)
            continue;
        if (entry->not_before_ns > now_ns && entry->not_before_ns < *until_ns)
            *until_ns = entry->not_before_ns;
        if (entry->not_before_ns > now_ns)
            continue;
        if (entry->failures == 0)
            return entry;
        retry = entry;
    }
    return retries < RETRIES_AT_ONCE ? retry : NULL;
}

static void wait_until(struct picture *picture, int64_t until_ns)
{
    struct timespec until = {.tv_sec = until_ns / NS_PER_S, .tv_nsec = until_ns % NS_PER_S};
    (void)pthread_cond_timedwait(&picture->changed, &picture->lock, &until);
}

enum picture_work picture_take(struct picture *picture, struct arena *arena, int64_t until_ns,
                               const char **ret_id, uint64_t *ret_ticket)
{
    enum picture_work work = PICTURE_NOTHING;
    pthread_mutex_lock(&picture->lock);
    picture->takers++;
    do {
        int64_t wake_ns = until_ns;
        struct entry *entry = picture->lost ? NULL : next_dirty(picture, &wake_ns);
        if (picture->stopping) {
            work = PICTURE_STOP;
        } else if (entry != NULL) {
            entry->askers++;
            entry->taken = *ret_ticket = ++picture->tickets;
            *ret_id = arena_strdup(arena, entry->id);
            work = PICTURE_ASK;
        } else {
            wait_until(picture, wake_ns);
        }
    } while (work == PICTURE_NOTHING && clock_mono_ns() < until_ns);
    picture->takers--;
    pthread_mutex_unlock(&picture->lock);
    return work;
}

size_t picture_takers(struct picture *picture)
{
    pthread_mutex_lock(&picture->lock);
    size_t takers = picture->takers;
    pthread_mutex_unlock(&picture->lock);
    return takers;
}

void picture_stop(struct picture *picture)
{
    pthread_mutex_lock(&picture->lock);
    picture->stopping = true;
    unlock(picture);
}

/* Worth waiting for a little longer. */
static bool is_coming(const struct picture *picture)
{
    return (picture->lost ? picture->expected : picture->loading > 0) &&
           clock_mono_ns() < picture->patience_end_ns;
}

bool picture_ready(struct picture *picture, struct scope *scope, struct err *err)
{
    bool ok = true;
    pthread_mutex_lock(&picture->lock);
    while (ok && is_coming(picture)) {
        /* A cancellation is looked for now and then: it frees a thread, nobody waits for it. */
        wait_until(picture, clock_mono_ns() + NS_PER_S / 5);
        ok = cancel_check(scope->cancel, err);
    }
    if (ok && picture->lost) {
        *err = picture->why;
        err->code = CODE_UNAVAILABLE;
        ok = false;
    }
    pthread_mutex_unlock(&picture->lock);
    return ok;
}

json_t **picture_select(struct picture *picture, struct arena *arena, const char *id_prefix,
                        picture_test_fn *test, const void *context, size_t *ret_count)
{
    size_t known = 0, count = 0, length = strlen(id_prefix);
    pthread_mutex_lock(&picture->lock);
    for (struct entry *entry = picture->entries; entry != NULL; entry = entry->next)
        known += strncmp(entry->id, id_prefix, length) == 0;
    json_t **documents = arena_array(arena, known, sizeof(*documents));
    for (struct entry *entry = picture->entries; entry != NULL; entry = entry->next) {
        if (strncmp(entry->id, id_prefix, length) != 0 || entry->document == NULL ||
            !test(shared_document(entry->document), context))
            continue;
        arena_defer(arena, shared_unref, shared_ref(entry->document));
        documents[count++] = shared_document(entry->document);
    }
    pthread_mutex_unlock(&picture->lock);
    *ret_count = count;
    return documents;
}

struct watch *picture_watch(struct picture *picture, struct err *err)
{
    struct watch *watch = watch_create(err);
    if (watch == NULL)
        return NULL;
    pthread_mutex_lock(&picture->lock);
    watch->next = picture->watches;
    picture->watches = watch;
    pthread_mutex_unlock(&picture->lock);
    return watch;
}

void picture_unwatch(struct picture *picture, struct watch *take_watch)
{
    pthread_mutex_lock(&picture->lock);
    struct watch **link = &picture->watches;
    while (*link != take_watch)
        link = &(*link)->next;
    *link = take_watch->next;
    pthread_mutex_unlock(&picture->lock);
    watch_destroy(take_watch);
}

bool picture_next(struct picture *picture, struct watch *watch, struct scope *scope,
                  const struct watch_event **ret_event, struct err *err)
{
    struct watch_event *event = NULL;
    while (event == NULL) {
        if (!wait_fd(scope->cancel, watch->fd, POLLIN, err))
            return false;
        pthread_mutex_lock(&picture->lock);
        bool ok = watch_take(watch, &event, err);
        pthread_mutex_unlock(&picture->lock);
        if (!ok)
            return false;
    }
    arena_defer(scope->arena, watch_event_free, event);
    *ret_event = event;
    return true;
}
