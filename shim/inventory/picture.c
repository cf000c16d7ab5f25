#include "shim/inventory/picture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"

enum { PATIENCE_S = 5 }; /* of readers with what does not answer */

struct entry {
    struct entry *next;
    char *id;
    struct shared *document; /* NULL until the first answer */
    uint64_t ticket;         /* of that answer */
    bool dirty;              /* to be asked about */
    bool asking;             /* somebody is at it */
    bool loading;            /* readers wait for it */
    int failures;
    int64_t not_before_ns; /* monotonic; of the next try after a failure */
};

struct picture {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* for takers and readers alike */
    struct entry *entries;
    uint64_t tickets;
    size_t loading, takers;
    int64_t patience_ns; /* monotonic: until then readers wait for what is loading */
    bool starting;       /* the engine was neither found nor missed yet */
    bool lost, stopping;
    struct err why;
};

struct picture *picture_create(void)
{
    struct picture *picture = xcalloc(1, sizeof(*picture));
    pthread_condattr_t monotonic;
    /* None of these fails with these arguments. */
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&picture->lock, NULL);
    (void)pthread_cond_init(&picture->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    picture->starting = picture->lost = true;
    picture->patience_ns = clock_mono_ns() + PATIENCE_S * NS_PER_S;
    (void)err_set(&picture->why, CODE_UNAVAILABLE, "Docker has not been reached yet");
    return picture;
}

static void entry_free(struct entry *entry)
{
    shared_unref(entry->document);
    free(entry->id);
    free(entry);
}

void picture_destroy(struct picture *picture)
{
    if (picture == NULL)
        return;
    for (struct entry *entry = picture->entries, *next; entry != NULL; entry = next) {
        next = entry->next;
        entry_free(entry);
    }
    (void)pthread_cond_destroy(&picture->changed);
    (void)pthread_mutex_destroy(&picture->lock);
    free(picture);
}

/* The functions in lower case below are called with the lock held. */
static struct entry **entry_link(struct picture *picture, const char *id)
{
    struct entry **link = &picture->entries;
    while (*link != NULL && strcmp((*link)->id, id) != 0)
        link = &(*link)->next;
    return link;
}

static struct entry *entry_get(struct picture *picture, const char *id)
{
    struct entry **link = entry_link(picture, id);
    if (*link == NULL) {
        *link = xcalloc(1, sizeof(**link));
        (*link)->id = xstrdup(id);
    }
    return *link;
}

static void mark(struct entry *entry)
{
    entry->dirty = true;
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
    picture->starting = false;
    picture->lost = true;
    picture->why = *why;
    pthread_cond_broadcast(&picture->changed);
    pthread_mutex_unlock(&picture->lock);
}

void picture_load(struct picture *picture, const char *const *ids, size_t count)
{
    pthread_mutex_lock(&picture->lock);
    for (size_t i = 0; i < count; i++)
        (void)entry_get(picture, ids[i]);
    picture->loading = 0;
    for (struct entry *entry = picture->entries; entry != NULL; entry = entry->next) {
        mark(entry);
        entry->loading = true;
        picture->loading++;
    }
    picture->starting = picture->lost = false;
    picture->patience_ns = clock_mono_ns() + PATIENCE_S * NS_PER_S;
    pthread_cond_broadcast(&picture->changed);
    pthread_mutex_unlock(&picture->lock);
}

void picture_mark(struct picture *picture, const char *id)
{
    pthread_mutex_lock(&picture->lock);
    mark(entry_get(picture, id));
    pthread_cond_broadcast(&picture->changed);
    pthread_mutex_unlock(&picture->lock);
}

static bool is_listed(const char *id, const char *const *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(ids[i], id) == 0)
            return true;
    return false;
}

size_t picture_audit(struct picture *picture, const char *const *ids, size_t count)
{
    size_t drift = 0;
    pthread_mutex_lock(&picture->lock);
    for (size_t i = 0; i < count; i++) {
        if (*entry_link(picture, ids[i]) != NULL)
            continue;
        mark(entry_get(picture, ids[i]));
        drift++;
    }
    for (struct entry *entry = picture->entries; entry != NULL; entry = entry->next) {
        if (entry->dirty || entry->asking || is_listed(entry->id, ids, count))
            continue;
        mark(entry);
        drift++;
    }
    pthread_cond_broadcast(&picture->changed);
    pthread_mutex_unlock(&picture->lock);
    return drift;
}

uint64_t picture_ticket(struct picture *picture)
{
    pthread_mutex_lock(&picture->lock);
    uint64_t ticket = ++picture->tickets;
    pthread_mutex_unlock(&picture->lock);
    return ticket;
}

void picture_store(struct picture *picture, const char *id, uint64_t ticket,
                   struct shared *take_document)
{
    struct shared *old = take_document;
    pthread_mutex_lock(&picture->lock);
    struct entry **link = entry_link(picture, id);
    struct entry *entry = *link;
    if (entry == NULL && take_document != NULL)
        entry = entry_get(picture, id);
    if (entry != NULL) {
        entry->asking = false;
        entry->failures = 0;
        loaded(picture, entry);
    }
    if (entry != NULL && ticket > entry->ticket) {
        old = entry->document;
        entry->document = take_document;
        entry->ticket = ticket;
    }
    /* Gone, and nothing has happened since it was asked about: an id never comes back. */
    if (entry != NULL && entry->document == NULL && !entry->dirty && *link == entry) {
        *link = entry->next;
        entry_free(entry);
    }
    pthread_cond_broadcast(&picture->changed);
    pthread_mutex_unlock(&picture->lock);
    shared_unref(old);
}

void picture_fail(struct picture *picture, const char *id)
{
    enum { BACKOFF_MAX = 5 };
    pthread_mutex_lock(&picture->lock);
    struct entry *entry = *entry_link(picture, id);
    if (entry != NULL) {
        entry->asking = false;
        entry->dirty = true;
        entry->not_before_ns = clock_mono_ns() + (NS_PER_S << entry->failures);
        entry->failures += entry->failures < BACKOFF_MAX;
        loaded(picture, entry);
    }
    pthread_cond_broadcast(&picture->changed);
    pthread_mutex_unlock(&picture->lock);
}

/* The next one to ask about, and else the time at which there may be one. */
static struct entry *next_dirty(struct picture *picture, int64_t *until_ns)
{
    int64_t now_ns = clock_mono_ns();
    for (struct entry *entry = picture->entries; entry != NULL; entry = entry->next) {
        if (!entry->dirty || entry->asking)
            continue;
        if (entry->not_before_ns <= now_ns)
            return entry;
        if (entry->not_before_ns < *until_ns)
            *until_ns = entry->not_before_ns;
    }
    return NULL;
}

static void wait_until(struct picture *picture, int64_t until_ns)
{
    struct timespec until = {.tv_sec = until_ns / NS_PER_S, .tv_nsec = until_ns % NS_PER_S};
    (void)pthread_cond_timedwait(&picture->changed, &picture->lock, &until);
}

enum picture_work picture_take(struct picture *picture, struct arena *arena, int64_t until_ns,
                               const char **ret_id)
{
    enum picture_work work = PICTURE_NOTHING;
    pthread_mutex_lock(&picture->lock);
    picture->takers++;
    while (work == PICTURE_NOTHING && clock_mono_ns() < until_ns) {
        int64_t wake_ns = until_ns;
        struct entry *entry = picture->lost ? NULL : next_dirty(picture, &wake_ns);
        if (picture->stopping) {
            work = PICTURE_STOP;
        } else if (entry != NULL) {
            entry->dirty = false;
            entry->asking = true;
            *ret_id = arena_strdup(arena, entry->id);
            work = PICTURE_ASK;
        } else {
            wait_until(picture, wake_ns);
        }
    }
    picture->takers--;
    pthread_mutex_unlock(&picture->lock);
    return work;
}

bool picture_is_behind(struct picture *picture)
{
    int64_t ignored = CLOCK_NEVER;
    pthread_mutex_lock(&picture->lock);
    bool behind = picture->takers == 0 && !picture->lost && next_dirty(picture, &ignored) != NULL;
    pthread_mutex_unlock(&picture->lock);
    return behind;
}

void picture_stop(struct picture *picture)
{
    pthread_mutex_lock(&picture->lock);
    picture->stopping = true;
    pthread_cond_broadcast(&picture->changed);
    pthread_mutex_unlock(&picture->lock);
}

bool picture_ready(struct picture *picture, struct scope *scope, struct err *err)
{
    bool ok = true;
    pthread_mutex_lock(&picture->lock);
    while (ok && (picture->starting || (!picture->lost && picture->loading > 0)) && clock_mono_ns() < picture->patience_ns) {
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

json_t **picture_select(struct picture *picture, struct arena *arena, picture_test_fn *test,
                        const void *context, size_t *ret_count)
{
    size_t known = 0, count = 0;
    pthread_mutex_lock(&picture->lock);
    for (struct entry *entry = picture->entries; entry != NULL; entry = entry->next)
        known++;
    json_t **documents = arena_array(arena, known, sizeof(*documents));
    for (struct entry *entry = picture->entries; entry != NULL; entry = entry->next) {
        if (entry->document == NULL || !test(shared_document(entry->document), context))
            continue;
        arena_defer(arena, shared_unref, shared_ref(entry->document));
        documents[count++] = shared_document(entry->document);
    }
    pthread_mutex_unlock(&picture->lock);
    *ret_count = count;
    return documents;
}
