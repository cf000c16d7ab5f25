#include "shim/base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/base/alloc.h"

enum { CHUNK_SIZE = 8 * 1024, ALIGNMENT = 16 };

struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(ALIGNMENT) unsigned char data[];
};

struct deferred {
    struct deferred *next;
    void (*release)(void *object);
    void *object;
};

struct arena {
    struct chunk *chunks;
    struct deferred *deferred;
    ProtobufCAllocator protobuf;
};

static void *protobuf_alloc(void *arena, size_t size)
{
    return arena_alloc(arena, size);
}

static void protobuf_free(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

struct arena *arena_create(void)
{
    struct arena *arena = xcalloc(1, sizeof(*arena));
    arena->protobuf = (ProtobufCAllocator){
        .alloc = protobuf_alloc, .free = protobuf_free, .allocator_data = arena};
    return arena;
}

void arena_destroy(struct arena *arena)
{
    if (arena == NULL)
        return;
    for (struct deferred *d = arena->deferred; d != NULL; d = d->next)
        d->release(d->object);
    for (struct chunk *chunk = arena->chunks, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(arena);
}

/* Under AddressSanitizer every allocation gets a chunk of its own, so that overruns are seen. */
#ifdef __SANITIZE_ADDRESS__
enum { SHARE_CHUNKS = 0 };
#else
enum { SHARE_CHUNKS = 1 };
#endif

static struct chunk *chunk_add(struct arena *arena, size_t size)
{
    struct chunk *chunk = xmalloc(sizeof(*chunk) + size);
    chunk->used = 0;
    chunk->size = size;
    /* A chunk of one large object goes behind the current one, whose free space stays in use. */
    if (arena->chunks != NULL && size != CHUNK_SIZE) {
        chunk->next = arena->chunks->next;
        arena->chunks->next = chunk;
    } else {
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        alloc_failed();
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!SHARE_CHUNKS)
        return chunk_add(arena, size)->data;
    struct chunk *chunk = arena->chunks;
    if (chunk == NULL || chunk->size - chunk->used < rounded)
        chunk = chunk_add(arena, rounded > CHUNK_SIZE / 4 ? rounded : CHUNK_SIZE);
    void *memory = chunk->data + chunk->used;
    chunk->used += rounded;
    return memory;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
    return memset(arena_alloc(arena, size), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size)
        alloc_failed();
    return arena_zalloc(arena, count * size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list measure;
    va_copy(measure, args);
    int length = vsnprintf(NULL, 0, format, measure);
    va_end(measure);
    if (length < 0)
        alloc_failed();
    char *text = arena_alloc(arena, (size_t)length + 1);
    (void)vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

void arena_defer(struct arena *arena, void (*release)(void *object), void *object)
{
    struct deferred *deferred = arena_alloc(arena, sizeof(*deferred));
    *deferred = (struct deferred){.next = arena->deferred, .release = release, .object = object};
    arena->deferred = deferred;
}

static void json_release(void *json)
{
    json_decref(json);
}

json_t *arena_json(struct arena *arena, json_t *json)
{
    if (json != NULL)
        arena_defer(arena, json_release, json);
    return json;
}

ProtobufCAllocator *arena_protobuf(struct arena *arena)
{
    return &arena->protobuf;
}
