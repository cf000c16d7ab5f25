/*
 * The owner of everything that is made while a call runs. Nothing in an arena is freed one by one:
 * arena_destroy() runs the deferred functions, last one first, and then gives all memory back.
 *
 * What outlives the call must be copied out. An arena belongs to one thread at a time.
 * Out of memory ends the process, so allocation cannot fail.
 */
#ifndef SHIM_BASE_ARENA_H
#define SHIM_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

struct arena;

struct arena *arena_create(void);
void arena_destroy(struct arena *arena); /* NULL is allowed */

/* Memory that is aligned for any type; its content is undefined (alloc) or zero (zalloc). */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_zalloc(struct arena *arena, size_t size);

/* An array of `count` zeroed elements, overflow checked. */
void *arena_array(struct arena *arena, size_t count, size_t size);

char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Runs release(object) when the arena is destroyed. */
void arena_defer(struct arena *arena, void (*release)(void *object), void *object);

/* Gives the arena one reference to `json` and returns it (take: the caller's reference moves).
 * NULL passes through. */
json_t *arena_json(struct arena *arena, json_t *json);

/* The arena as protobuf-c's allocator; lives as long as the arena. Its free does nothing. */
ProtobufCAllocator *arena_protobuf(struct arena *arena);

#endif
