/*
 * How fast a container uses cores: the difference to the reading before, which is remembered here
 * for each id. Calls that come within a second of each other get the rate of the last whole
 * interval, as a short one tells little. Threads: any.
 */
#ifndef SHIM_STATS_RATE_H
#define SHIM_STATS_RATE_H

#include "shim/stats/figure.h"

struct rates;

struct rates *rates_create(void);
void rates_destroy(struct rates *rates); /* NULL is allowed */

/* Tells a reading and returns the rate in nanoseconds a second (1e9: one core); unknown at the
 * first reading of an id. An id that is not heard of for a while is forgotten. */
struct figure rates_tell(struct rates *rates, const char *id, int64_t time_ns, uint64_t usage_ns);

#endif
