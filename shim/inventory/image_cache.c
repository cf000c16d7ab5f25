#include "shim/inventory/image_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dockerapi/image.h"
#include "dockerapi/shared.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"

enum {
    IMAGES_MAX = 1000, /* more than a node has in use */
    FRESH_S = 60,      /* then Docker is asked again */
    STALE_S = 600,     /* and until then the old answer serves if Docker does not answer */
    RETRY_S = 5,       /* after it did not */
    PATIENCE_S = 2,    /* with its answer */
};

struct cached_image {
    struct cached_image *next;
    char *id;
    struct shared *document; /* NULL: there is no such image */
    int64_t fresh_until_ns;  /* monotonic */
    int64_t until_ns;
};

struct image_cache {
    struct docker *docker;
    pthread_mutex_t lock;
    struct cached_image *images;
    size_t count;
    bool heard;
    uint64_t generation; /* what was asked for before a clearing is not kept after it */
};

struct image_cache *image_cache_create(struct docker *docker)
{
    struct image_cache *cache = xcalloc(1, sizeof(*cache));
    cache->docker = docker;
    (void)pthread_mutex_init(&cache->lock, NULL); /* cannot fail with default attributes */
    return cache;
}

static void forget(struct image_cache *cache, struct cached_image **link)
{
    struct cached_image *image = *link;
    *link = image->next;
    cache->count--;
    shared_unref(image->document);
    free(image->id);
    free(image);
}

void image_cache_clear(struct image_cache *cache, bool heard)
{
    pthread_mutex_lock(&cache->lock);
    for (struct cached_image *image = cache->images; image != NULL; image = image->next)
        image->fresh_until_ns = 0;
    cache->heard = heard;
    cache->generation++;
    pthread_mutex_unlock(&cache->lock);
}

void image_cache_destroy(struct image_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->images != NULL)
        forget(cache, &cache->images);
    (void)pthread_mutex_destroy(&cache->lock); /* fails only for a locked one */
    free(cache);
}

/* With the lock held: the link to what is kept of an image, or to NULL. What is too old goes. */
static struct cached_image **find(struct image_cache *cache, const char *image_id)
{
    int64_t now_ns = clock_mono_ns();
    struct cached_image **link = &cache->images;
    while (*link != NULL) {
        if ((*link)->until_ns < now_ns)
            forget(cache, link);
        else if (strcmp((*link)->id, image_id) == 0)
            break;
        else
            link = &(*link)->next;
    }
    return link;
}

/* What is kept of an image: a reference for the caller, or NULL. *ret_fresh if that is the answer;
 * *ret_generation is that of the moment. */
static struct shared *look_up(struct image_cache *cache, const char *image_id, bool *ret_fresh,
                              uint64_t *ret_generation)
{
    pthread_mutex_lock(&cache->lock);
    const struct cached_image *image = *find(cache, image_id);
    struct shared *document =
        image != NULL && image->document != NULL ? shared_ref(image->document) : NULL;
    *ret_fresh = image != NULL && image->fresh_until_ns >= clock_mono_ns();
    *ret_generation = cache->generation;
    pthread_mutex_unlock(&cache->lock);
    return document;
}

static void keep(struct image_cache *cache, const char *image_id, struct shared *document,
                 uint64_t generation)
{
    int64_t now_ns = clock_mono_ns();
    pthread_mutex_lock(&cache->lock);
    struct cached_image **link = find(cache, image_id);
    if (*link != NULL)
        forget(cache, link);
    if (cache->heard && cache->generation == generation && cache->count < IMAGES_MAX) {
        struct cached_image *image = xmalloc(sizeof(*image));
        *image = (struct cached_image){.next = cache->images,
                                       .id = xstrdup(image_id),
                                       .document = document != NULL ? shared_ref(document) : NULL,
                                       .fresh_until_ns = now_ns + FRESH_S * NS_PER_S,
                                       .until_ns = now_ns + STALE_S * NS_PER_S};
        cache->images = image;
        cache->count++;
    }
    pthread_mutex_unlock(&cache->lock);
}

/* The old answer serves for a moment, so that not everybody waits for the new one. */
static void prolong(struct image_cache *cache, const char *image_id, uint64_t generation)
{
    pthread_mutex_lock(&cache->lock);
    struct cached_image *image = *find(cache, image_id);
    if (image != NULL && cache->generation == generation)
        image->fresh_until_ns = clock_mono_ns() + RETRY_S * NS_PER_S;
    pthread_mutex_unlock(&cache->lock);
}

/* The deadline of a question that is asked for a caller's sake. */
static int64_t patience_end_ns(const struct scope *scope)
{
    int64_t end_ns = clock_mono_ns() + PATIENCE_S * NS_PER_S;
    return end_ns < scope->cancel->deadline_ns ? end_ns : scope->cancel->deadline_ns;
}

/* *ret_document is NULL if there is no such image. */
static bool ask(struct image_cache *cache, struct scope *scope, const char *image_id,
                struct shared **ret_document, struct err *err)
{
    struct cancel patience; /* a caller that went away waits no longer than others */
    cancel_init(&patience, patience_end_ns(scope));
    /* An arena of its own, gone before others see the document: see dockerapi/shared.h. */
    struct scope inner = {.arena = arena_create(), .cancel = &patience};
    json_t *image = NULL;
    bool ok = docker_image_inspect(cache->docker, &inner, image_id, &image, err);
    if (ok)
        (void)json_incref(image);
    arena_destroy(inner.arena);
    cancel_done(&patience);
    *ret_document = ok ? shared_create(image) : NULL;
    return ok || err->code == CODE_NOT_FOUND;
}

/* The answer, new or old; NULL if there is no such image. */
static bool get(struct image_cache *cache, struct scope *scope, const char *image_id,
                struct shared **ret_document, struct err *err)
{
    bool fresh;
    uint64_t generation;
    struct shared *known = look_up(cache, image_id, &fresh, &generation);
    *ret_document = known;
    if (fresh)
        return true;
    if (ask(cache, scope, image_id, ret_document, err)) {
        keep(cache, image_id, *ret_document, generation);
        shared_unref(known);
        return true;
    }
    prolong(cache, image_id, generation);
    *ret_document = known;
    return known != NULL;
}

bool image_cache_get(struct image_cache *cache, struct scope *scope, const char *image_id,
                     json_t **ret_image, struct err *err)
{
    struct shared *document;
    if (!get(cache, scope, image_id, &document, err))
        return false;
    if (document == NULL)
        return err_set(err, CODE_NOT_FOUND, "No such image: %s", image_id);
    arena_defer(scope->arena, shared_unref, document);
    *ret_image = shared_document(document);
    return true;
}
