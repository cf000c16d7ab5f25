#include "shim/inventory/image_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dockerapi/image.h"
#include "dockerapi/shared.h"
#include "shim/base/alloc.h"

enum { IMAGES_MAX = 1000 }; /* more than a node has in use */

struct cached_image {
    struct cached_image *next;
    char *id;
    struct shared *document;
};

struct image_cache {
    struct docker *docker;
    pthread_mutex_t lock;
    struct cached_image *images;
    size_t count;
    uint64_t generation; /* what was asked for before a clearing is not kept after it */
};

struct image_cache *image_cache_create(struct docker *docker)
{
    struct image_cache *cache = xcalloc(1, sizeof(*cache));
    cache->docker = docker;
    (void)pthread_mutex_init(&cache->lock, NULL); /* cannot fail with default attributes */
    return cache;
}

void image_cache_clear(struct image_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    struct cached_image *images = cache->images;
    cache->images = NULL;
    cache->count = 0;
    cache->generation++;
    pthread_mutex_unlock(&cache->lock);
    for (struct cached_image *next; images != NULL; images = next) {
        next = images->next;
        shared_unref(images->document);
        free(images->id);
        free(images);
    }
}

void image_cache_destroy(struct image_cache *cache)
{
    if (cache == NULL)
        return;
    image_cache_clear(cache);
    (void)pthread_mutex_destroy(&cache->lock); /* fails only for a locked one */
    free(cache);
}

/* A reference for the arena, or NULL. *ret_generation is that of the moment. */
static struct shared *find(struct image_cache *cache, const char *image_id,
                           uint64_t *ret_generation)
{
    struct shared *found = NULL;
    pthread_mutex_lock(&cache->lock);
    *ret_generation = cache->generation;
    for (struct cached_image *image = cache->images; image != NULL && found == NULL;
         image = image->next)
        if (strcmp(image->id, image_id) == 0)
            found = shared_ref(image->document);
    pthread_mutex_unlock(&cache->lock);
    return found;
}

static void keep(struct image_cache *cache, const char *image_id, struct shared *document,
                 uint64_t generation)
{
    pthread_mutex_lock(&cache->lock);
    if (cache->generation == generation && cache->count < IMAGES_MAX) {
        struct cached_image *image = xmalloc(sizeof(*image));
        *image = (struct cached_image){
            .next = cache->images, .id = xstrdup(image_id), .document = shared_ref(document)};
        cache->images = image;
        cache->count++;
    }
    pthread_mutex_unlock(&cache->lock);
}

/* The reference that the arena of the question held is gone before others can see the document. */
static bool ask(struct image_cache *cache, struct scope *scope, const char *image_id,
                struct shared **ret_document, struct err *err)
{
    struct scope inner = {.arena = arena_create(), .cancel = scope->cancel};
    json_t *image = NULL;
    bool ok = docker_image_inspect(cache->docker, &inner, image_id, &image, err);
    if (ok)
        (void)json_incref(image);
    arena_destroy(inner.arena);
    if (ok)
        *ret_document = shared_create(image);
    return ok;
}

bool image_cache_get(struct image_cache *cache, struct scope *scope, const char *image_id,
                     json_t **ret_image, struct err *err)
{
    uint64_t generation;
    struct shared *document = find(cache, image_id, &generation);
    if (document == NULL) {
        if (!ask(cache, scope, image_id, &document, err))
            return false;
        keep(cache, image_id, document, generation);
    }
    arena_defer(scope->arena, shared_unref, document);
    *ret_image = shared_document(document);
    return true;
}
