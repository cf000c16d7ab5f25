/*
 * A number that the kernel may or may not have told: files differ by cgroup version, kernel and
 * what is switched on. Unknown is never reported as 0.
 */
#ifndef SHIM_STATS_FIGURE_H
#define SHIM_STATS_FIGURE_H

#include <stdbool.h>
#include <stdint.h>

struct figure {
    bool known;
    uint64_t value;
};

static inline struct figure figure_of(uint64_t value)
{
    return (struct figure){.known = true, .value = value};
}

/* Never below 0: two files are read one after the other, and what they tell may not match. */
static inline struct figure figure_minus(struct figure from, struct figure part)
{
    if (!from.known || !part.known)
        return (struct figure){0};
    return figure_of(from.value > part.value ? from.value - part.value : 0);
}

/* What one of the two does not tell counts as nothing. */
static inline struct figure figure_plus(struct figure left, struct figure right)
{
    return (struct figure){.known = left.known || right.known,
                           .value =
                               (left.known ? left.value : 0) + (right.known ? right.value : 0)};
}

#endif
