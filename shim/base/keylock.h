/*
 * One piece of work at a time per key: RunPodSandbox and CreateContainer hold the Docker name that
 * they make, so that a retry which overtakes a slow first try waits for it.
 */
#ifndef SHIM_BASE_KEYLOCK_H
#define SHIM_BASE_KEYLOCK_H

#include "shim/base/scope.h"

struct keylock;

struct keylock *keylock_create(void);
void keylock_destroy(struct keylock *keylock); /* no key may be held */

/* Waits until nobody holds `key`, then holds it until the scope's arena is destroyed. CANCELLED or
 * DEADLINE_EXCEEDED if the scope ends first. Threads: any. */
bool keylock_take(struct keylock *keylock, struct scope *scope, const char *key, struct err *err);

#endif
