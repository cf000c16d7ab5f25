/*
 * The picture of what runs on this node: one inspect document per container of CRI, kept in memory.
 * It does no I/O; shim/inventory/keeper.c feeds it.
 *
 * Three things keep it true. A document that was asked for earlier never replaces one that was
 * asked for later, whatever order the answers come in. A container that changes while it is being
 * asked about is asked about again. And while the engine's word about changes is missing, nobody is
 * told anything from here.
 *
 * Each question is begun (picture_begin, picture_take) and ended (picture_store, picture_fail).
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
#include "shim/inventory/watch.h"

struct picture;

/* Readers wait for what does not answer for `patience_ns` at most. */
struct picture *picture_create(int64_t patience_ns);
void picture_destroy(struct picture *picture); /* nobody may wait in it any more */

/* The engine cannot be heard any more, and why. Readers wait a moment for it to be found again, if
 * it was heard until now; then they get UNAVAILABLE. */
void picture_lose(struct picture *picture, const struct err *why);

/* A container that the engine lists. */
struct picture_listed {
    const char *id;
    const char *state; /* in Docker's word */
};

/* The engine is heard again. All containers that it lists, and those known from before, are to be
 * asked about; readers wait for the answers. */
void picture_load(struct picture *picture, const struct picture_listed *listed, size_t count);

/* Something happened to a container: it is to be asked about. */
void picture_mark(struct picture *picture, const char *id);

/* The audit: compares with what the engine lists. What differs is asked about `grace_ns` later,
 * unless an event comes for it: a list can lag behind the events. */
void picture_audit(struct picture *picture, const struct picture_listed *listed, size_t count,
                   int64_t grace_ns);

/* How many containers had changed, by the audits, without any event. */
uint64_t picture_drift(struct picture *picture);

/* Begins a question. The ticket is the moment; it ends the question. */
uint64_t picture_begin(struct picture *picture, const char *id);

/* The answer: takes the document, or NULL if the engine has no such container (or it is none of
 * CRI's). Dropped if an answer to a later question is here already. */
void picture_store(struct picture *picture, const char *id, uint64_t ticket,
                   struct shared *take_document);

/* There was no answer: what was known stays, and the container is asked about again later. */
void picture_fail(struct picture *picture, const char *id, uint64_t ticket);

enum picture_work {
    PICTURE_ASK,     /* a question was begun */
    PICTURE_NOTHING, /* nothing came up until the time was over */
    PICTURE_STOP,
};

/* Waits until a container is to be asked about, at most until `until_ns` (monotonic). Never gives
 * one that was given before and is not answered. The id belongs to the arena. */
enum picture_work picture_take(struct picture *picture, struct arena *arena, int64_t until_ns,
                               const char **ret_id, uint64_t *ret_ticket);

/* How many are in picture_take(). If nobody is, what comes up next waits. */
size_t picture_takers(struct picture *picture);

/* Ends every picture_take(). */
void picture_stop(struct picture *picture);

/* Waits until everything has been asked about since the engine was last found, though not for long:
 * a container that does not answer delays nobody else. UNAVAILABLE while the engine is away. */
bool picture_ready(struct picture *picture, struct scope *scope, struct err *err);

/* The documents that have an id with this beginning ("" for all) and that a test lets through,
 * owned by the arena. */
typedef bool picture_test_fn(const json_t *container, const void *context);
json_t **picture_select(struct picture *picture, struct arena *arena, const char *id_prefix,
                        picture_test_fn *test, const void *context, size_t *ret_count);

/* Every change from now on, in its order, as events. What the first load finds is no change. */
struct watch *picture_watch(struct picture *picture, struct err *err); /* NULL on error */
void picture_unwatch(struct picture *picture, struct watch *take_watch);

/* Waits for the next event. It belongs to the arena. RESOURCE_EXHAUSTED: see watch_take(). */
bool picture_next(struct picture *picture, struct watch *watch, struct scope *scope,
                  const struct watch_event **ret_event, struct err *err);

#endif
