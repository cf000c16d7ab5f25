/*
 * Time, in nanoseconds of int64. Monotonic time measures deadlines and durations; real time (since
 * 1970, UTC) is what CRI and Docker report. The two are never mixed.
 */
#ifndef SHIM_BASE_CLOCK_H
#define SHIM_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

/* A deadline that never comes. */
#define CLOCK_NEVER INT64_MAX

int64_t clock_mono_ns(void);
int64_t clock_real_ns(void);

/* Parses RFC 3339 as Docker writes it ("2026-01-02T15:04:05.123456789Z", any offset, 0 to 9 digits
 * of fraction) to real time. False, and *ret_ns untouched, if it is not one. Docker's zero time,
 * year 1, is a time before 1970 and parses to 0: CRI's "has not come". */
bool clock_parse_rfc3339(const char *text, int64_t *ret_ns);

#endif
