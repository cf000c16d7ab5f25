/*
 * How often a log line may appear that a client can cause at will: so many at once, then one per
 * interval. Lines that were kept back are counted, and the next one that appears says how many.
 *
 * The caller locks, and tells the time.
 */
#ifndef CRI_RATE_H
#define CRI_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate {
    int burst;
    int64_t interval_ns;
    int64_t spent_until_ns; /* when all of the burst will be available again */
    uint64_t suppressed;
};

/* True if one more line may appear now; *ret_suppressed is how many did not since the last one. */
bool rate_allow(struct rate *rate, int64_t now_ns, uint64_t *ret_suppressed);

#endif
