/*
 * Bringing the node back in step with what Docker has: networks and files of sandboxes that are
 * gone are undone, be it that an earlier life of the daemon ended in the middle of something, or
 * that somebody removed a pause container behind its back. A thread of its own does it as soon as
 * Docker answers, again after a failure, and now and then for good; calls are served meanwhile.
 */
#ifndef SHIM_RECONCILE_H
#define SHIM_RECONCILE_H

#include "shim/rpc/daemon.h"

struct reconcile;

/* To be called before the first call is served: what lies about at this moment is what no call in
 * flight can have made. `daemon` is borrowed until reconcile_end(). NULL on error. */
struct reconcile *reconcile_begin(struct daemon *daemon, struct err *err);

/* Ends what is not done yet. NULL is allowed. */
void reconcile_end(struct reconcile *reconcile);

#endif
