/*
 * Keeps garbage collection apart from everything else: any number of ADDs and DELs at a time, or
 * one GC alone. "The runtime must ensure that no add or delete operations are in progress before
 * executing gc, and must wait for gc to complete before issuing new [ones]."
 */
#ifndef SHIM_NETWORK_GATE_H
#define SHIM_NETWORK_GATE_H

#include "shim/base/cancel.h"

struct gate;

struct gate *gate_create(void);
void gate_destroy(struct gate *gate); /* nobody may be inside; NULL is allowed */

/* Waits for its turn; one who waits to be alone goes before others that come later. CANCELLED or
 * DEADLINE_EXCEEDED if the work is to end first. Threads: any. */
bool gate_enter(struct gate *gate, struct cancel *cancel, bool alone, struct err *err);
void gate_leave(struct gate *gate, bool alone);

#endif
