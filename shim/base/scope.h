/*
 * What a piece of work runs under: the arena that owns what it makes, and what ends it early.
 * Nearly every function that blocks or allocates takes one. It borrows both.
 */
#ifndef SHIM_BASE_SCOPE_H
#define SHIM_BASE_SCOPE_H

#include "shim/base/arena.h"
#include "shim/base/cancel.h"

struct scope {
    struct arena *arena;
    struct cancel *cancel;
};

#endif
