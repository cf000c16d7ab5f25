/*
 * The same long work asked for by several callers at once, done once: ten pods that pull one image.
 *
 * The work runs on a thread of its own and belongs to none of its callers, so it goes on when the
 * one that began it leaves. It is cancelled when the last one has left. What the work needs must
 * therefore live in the arena that is handed over with it, never in a caller's.
 *
 * Callers with the same key get the same outcome: everything that decides it belongs into the key,
 * credentials too, or a caller without them profits from those of another.
 */
#ifndef SHIM_RPC_FLIGHT_H
#define SHIM_RPC_FLIGHT_H

#include "shim/base/scope.h"

struct flight;

struct flight *flight_create(void);

/* Waits for work that its callers have left. No caller may be waiting; NULL is allowed. */
void flight_destroy(struct flight *flight);

struct flight_work {
    /* Its scope: the arena below, and a cancellation without deadline. *ret_result is a text in
     * that arena, copied to every caller. */
    bool (*run)(void *context, struct scope *scope, const char **ret_result, struct err *err);
    void *context;
    struct arena *arena; /* owns `context` and all that it points to; taken in any case */
};

/* Joins the run of `key` that is under way, or begins one with `work`, and waits for its outcome.
 * CANCELLED or DEADLINE_EXCEEDED if the scope ends first. The result belongs to the scope's arena;
 * an error is the work's own. Threads: any. */
bool flight_run(struct flight *flight, struct scope *scope, const char *key,
                const struct flight_work *work, const char **ret_result, struct err *err);

#endif
