/*
 * The picture of what runs on this node: one inspect document per container of CRI, kept in memory.
 * It does no I/O; shim/inventory/keeper.c feeds it.
 *
 * Three things keep it true. A document that was asked for earlier never replaces one that was
 * asked for later, whatever order the answers come in. A container that changes while it is being
 * asked about is asked about again. And while the engine's word about changes is missing, nobody is
 * told anything from here.
 *
 * Threads: any. One lock, inside, never held across I/O.
 */
#ifndef SHIM_INVENTORY_PICTURE_H
#define SHIM_INVENTORY_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "dockerapi/shared.h"
#include "shim/base/cancel.h"
#include "shim/base/scope.h"

struct picture;

struct picture *picture_create(void);
void picture_destroy(struct picture *picture); /* nobody may wait in it any more */

/* The engine cannot be heard any more, and why: readers get UNAVAILABLE from here on. */
void picture_lose(struct picture *picture, const struct err *why);

/* The engine is heard again. `ids` are all containers that it has: they, and those known from
 * before, are to be asked about; readers wait for the answers. */
void picture_load(struct picture *picture, const char *const *ids, size_t count);

/* Something happened to a container: it is to be asked about. */
void picture_mark(struct picture *picture, const char *id);

/* The audit: compares the ids that the engine lists with those that are known, and marks what
 * differs and is not marked already. Returns how many those were. */
size_t picture_audit(struct picture *picture, const char *const *ids, size_t count);

/* The moment at which a container is asked about, to be taken before asking. */
uint64_t picture_ticket(struct picture *picture);

/* The answer: takes the document, or NULL if the engine has no such container (or it is none of
 * CRI's). Older answers than one that is here already are dropped. */
void picture_store(struct picture *picture, const char *id, uint64_t ticket,
                   struct shared *take_document);

/* There was no answer: what was known stays, and the container is asked about again later. */
void picture_fail(struct picture *picture, const char *id);

enum picture_work {
    PICTURE_ASK,     /* ask about *ret_id, then picture_store() or picture_fail() */
    PICTURE_NOTHING, /* nothing came up until the time was over */
    PICTURE_STOP,
};

/* Waits until a container is to be asked about, at most until `until_ns` (monotonic). The id
 * belongs to the arena. */
enum picture_work picture_take(struct picture *picture, struct arena *arena, int64_t until_ns,
                               const char **ret_id);

/* True if containers wait to be asked about and nobody is in picture_take(). */
bool picture_is_behind(struct picture *picture);

/* Ends every picture_take(). */
void picture_stop(struct picture *picture);

/* Waits until everything has been asked about since the engine was last found, though not for long:
 * a container that does not answer delays nobody else. UNAVAILABLE while the engine is away. */
bool picture_ready(struct picture *picture, struct scope *scope, struct err *err);

/* The documents that a test lets through, owned by the arena. */
typedef bool picture_test_fn(const json_t *container, const void *context);
json_t **picture_select(struct picture *picture, struct arena *arena, picture_test_fn *test,
                        const void *context, size_t *ret_count);

#endif
