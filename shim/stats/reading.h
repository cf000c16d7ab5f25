/*
 * Everything that the cgroup files of one place tell at one moment, the same for version 1 and 2.
 */
#ifndef SHIM_STATS_READING_H
#define SHIM_STATS_READING_H

#include "shim/stats/kernel_text.h"
#include "shim/stats/place.h"

struct reading {
    int64_t time_ns; /* real time */

    struct figure cpu_usage_ns;
    struct figure cpu_user_ns, cpu_system_ns;
    struct figure cpu_periods, cpu_throttled_periods, cpu_throttled_ns;
    struct figure cpu_shares, cpu_period_us, cpu_quota_us;

    struct figure memory_usage_bytes, memory_inactive_file_bytes, memory_active_file_bytes;
    struct figure memory_working_set_bytes, memory_limit_bytes, memory_available_bytes;
    struct figure memory_rss_bytes, memory_cache_bytes, memory_mapped_bytes, memory_kernel_bytes;
    struct figure memory_peak_bytes, memory_reservation_bytes, memory_limit_hits;
    struct figure page_faults, major_page_faults, oom_kills;

    struct figure swap_usage_bytes, swap_available_bytes;
    struct figure swap_limit_bytes, memory_and_swap_limit_bytes;

    struct figure threads, threads_max;
    struct figure processes;

    struct pressure cpu_pressure, memory_pressure, io_pressure;

    struct device_io *devices;
    size_t device_count;
};

/* How much to read: what stats calls report, or the metrics' part as well. */
enum reading_depth { READING_STATS, READING_METRICS };

/* NOT_FOUND if the cgroup is gone. What it makes lives in the arena. */
bool reading_take(struct arena *arena, const struct place *place, enum reading_depth depth,
                  struct reading *ret_reading, struct err *err);

/* Adds up what can be added, for a pod that has no cgroup of its own. */
void reading_add(struct reading *sum, const struct reading *part);

#endif
