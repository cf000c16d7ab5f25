#include "shim/stats/reading.h"

#include <stddef.h>
#include <string.h>

#include "shim/base/clock.h"
#include "shim/stats/kernel_file.h"

/* Where one figure stands. */
struct source {
    enum controller controller;
    int version;
    enum reading_depth depth;
    const char *file;
    const char *key; /* of its line; NULL: the first number of the file */
    size_t offset;   /* in struct reading */
    uint64_t factor;
};

#define FIGURE(name) offsetof(struct reading, name)

#define STATS READING_STATS
#define METRICS READING_METRICS

/* cpuacct.stat counts in hundredths of a second (USER_HZ) on every architecture of Docker's. */
#define TICK_NS 10000000

/* Sources of one file stand together, so that it is read once. */
static const struct source sources[] = {
    {CONTROLLER_CPUACCT, 1, STATS, "cpuacct.usage", NULL, FIGURE(cpu_usage_ns), 1},
    {CONTROLLER_CPUACCT, 1, METRICS, "cpuacct.stat", "user", FIGURE(cpu_user_ns), TICK_NS},
    {CONTROLLER_CPUACCT, 1, METRICS, "cpuacct.stat", "system", FIGURE(cpu_system_ns), TICK_NS},
    {CONTROLLER_CPU, 1, METRICS, "cpu.stat", "nr_periods", FIGURE(cpu_periods), 1},
    {CONTROLLER_CPU, 1, METRICS, "cpu.stat", "nr_throttled", FIGURE(cpu_throttled_periods), 1},
    {CONTROLLER_CPU, 1, METRICS, "cpu.stat", "throttled_time", FIGURE(cpu_throttled_ns), 1},
    {CONTROLLER_CPU, 1, METRICS, "cpu.shares", NULL, FIGURE(cpu_shares), 1},
    {CONTROLLER_CPU, 1, METRICS, "cpu.cfs_period_us", NULL, FIGURE(cpu_period_us), 1},
    {CONTROLLER_CPU, 1, METRICS, "cpu.cfs_quota_us", NULL, FIGURE(cpu_quota_us), 1},
    {CONTROLLER_MEMORY, 1, STATS, "memory.stat", "total_inactive_file",
     FIGURE(memory_inactive_file_bytes), 1},
    {CONTROLLER_MEMORY, 1, STATS, "memory.stat", "total_rss", FIGURE(memory_rss_bytes), 1},
    {CONTROLLER_MEMORY, 1, STATS, "memory.stat", "total_pgfault", FIGURE(page_faults), 1},
    {CONTROLLER_MEMORY, 1, STATS, "memory.stat", "total_pgmajfault", FIGURE(major_page_faults), 1},
    {CONTROLLER_MEMORY, 1, STATS, "memory.stat", "total_swap", FIGURE(swap_usage_bytes), 1},
    {CONTROLLER_MEMORY, 1, METRICS, "memory.stat", "total_active_file",
     FIGURE(memory_active_file_bytes), 1},
    {CONTROLLER_MEMORY, 1, METRICS, "memory.stat", "total_cache", FIGURE(memory_cache_bytes), 1},
    {CONTROLLER_MEMORY, 1, METRICS, "memory.stat", "total_mapped_file", FIGURE(memory_mapped_bytes),
     1},
    {CONTROLLER_MEMORY, 1, STATS, "memory.usage_in_bytes", NULL, FIGURE(memory_usage_bytes), 1},
    {CONTROLLER_MEMORY, 1, STATS, "memory.limit_in_bytes", NULL, FIGURE(memory_limit_bytes), 1},
    {CONTROLLER_MEMORY, 1, STATS, "memory.memsw.limit_in_bytes", NULL,
     FIGURE(memory_and_swap_limit_bytes), 1},
    {CONTROLLER_MEMORY, 1, METRICS, "memory.max_usage_in_bytes", NULL, FIGURE(memory_peak_bytes),
     1},
    {CONTROLLER_MEMORY, 1, METRICS, "memory.kmem.usage_in_bytes", NULL, FIGURE(memory_kernel_bytes),
     1},
    {CONTROLLER_MEMORY, 1, METRICS, "memory.soft_limit_in_bytes", NULL,
     FIGURE(memory_reservation_bytes), 1},
    {CONTROLLER_MEMORY, 1, METRICS, "memory.failcnt", NULL, FIGURE(memory_limit_hits), 1},
    {CONTROLLER_MEMORY, 1, METRICS, "memory.oom_control", "oom_kill", FIGURE(oom_kills), 1},

    {CONTROLLER_CPUACCT, 2, STATS, "cpu.stat", "usage_usec", FIGURE(cpu_usage_ns), 1000},
    {CONTROLLER_CPUACCT, 2, METRICS, "cpu.stat", "user_usec", FIGURE(cpu_user_ns), 1000},
    {CONTROLLER_CPUACCT, 2, METRICS, "cpu.stat", "system_usec", FIGURE(cpu_system_ns), 1000},
    {CONTROLLER_CPU, 2, METRICS, "cpu.stat", "nr_periods", FIGURE(cpu_periods), 1},
    {CONTROLLER_CPU, 2, METRICS, "cpu.stat", "nr_throttled", FIGURE(cpu_throttled_periods), 1},
    {CONTROLLER_CPU, 2, METRICS, "cpu.stat", "throttled_usec", FIGURE(cpu_throttled_ns), 1000},
    {CONTROLLER_MEMORY, 2, STATS, "memory.stat", "inactive_file",
     FIGURE(memory_inactive_file_bytes), 1},
    {CONTROLLER_MEMORY, 2, STATS, "memory.stat", "anon", FIGURE(memory_rss_bytes), 1},
    {CONTROLLER_MEMORY, 2, STATS, "memory.stat", "pgfault", FIGURE(page_faults), 1},
    {CONTROLLER_MEMORY, 2, STATS, "memory.stat", "pgmajfault", FIGURE(major_page_faults), 1},
    {CONTROLLER_MEMORY, 2, METRICS, "memory.stat", "active_file", FIGURE(memory_active_file_bytes),
     1},
    {CONTROLLER_MEMORY, 2, METRICS, "memory.stat", "file", FIGURE(memory_cache_bytes), 1},
    {CONTROLLER_MEMORY, 2, METRICS, "memory.stat", "file_mapped", FIGURE(memory_mapped_bytes), 1},
    {CONTROLLER_MEMORY, 2, METRICS, "memory.stat", "kernel", FIGURE(memory_kernel_bytes), 1},
    {CONTROLLER_MEMORY, 2, STATS, "memory.current", NULL, FIGURE(memory_usage_bytes), 1},
    {CONTROLLER_MEMORY, 2, STATS, "memory.max", NULL, FIGURE(memory_limit_bytes), 1},
    {CONTROLLER_MEMORY, 2, STATS, "memory.swap.current", NULL, FIGURE(swap_usage_bytes), 1},
    {CONTROLLER_MEMORY, 2, STATS, "memory.swap.max", NULL, FIGURE(swap_limit_bytes), 1},
    {CONTROLLER_MEMORY, 2, METRICS, "memory.peak", NULL, FIGURE(memory_peak_bytes), 1},
    {CONTROLLER_MEMORY, 2, METRICS, "memory.low", NULL, FIGURE(memory_reservation_bytes), 1},
    {CONTROLLER_MEMORY, 2, METRICS, "memory.events", "max", FIGURE(memory_limit_hits), 1},
    {CONTROLLER_MEMORY, 2, METRICS, "memory.events", "oom_kill", FIGURE(oom_kills), 1},

    {CONTROLLER_PIDS, 1, METRICS, "pids.current", NULL, FIGURE(threads), 1},
    {CONTROLLER_PIDS, 1, METRICS, "pids.max", NULL, FIGURE(threads_max), 1},
    {CONTROLLER_PIDS, 2, METRICS, "pids.current", NULL, FIGURE(threads), 1},
    {CONTROLLER_PIDS, 2, METRICS, "pids.max", NULL, FIGURE(threads_max), 1},
};

static void read_figures(struct arena *arena, const struct place *place, enum reading_depth depth,
                         struct reading *reading)
{
    const char *text = NULL, *file = "", *directory = "";
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        const struct source *source = &sources[i];
        if (place->of[source->controller].version != source->version || source->depth > depth)
            continue;
        const char *wanted = place->of[source->controller].directory;
        if (strcmp(file, source->file) != 0 || strcmp(directory, wanted) != 0)
            text = kernel_file(arena, wanted, source->file);
        file = source->file;
        directory = wanted;
        if (text == NULL)
            continue;
        struct figure figure =
            source->key != NULL ? kernel_field(text, source->key) : kernel_number(text);
        figure.value *= source->factor;
        memcpy((char *)reading + source->offset, &figure, sizeof(figure));
    }
}

static const char *text_of(struct arena *arena, const struct place *place,
                           enum controller controller, const char *file)
{
    const char *directory = place->of[controller].directory;
    const char *text = directory != NULL ? kernel_file(arena, directory, file) : NULL;
    return text != NULL ? text : "";
}

/* Version 2 has a weight of 1 to 10000 where version 1, and all who ask for it, have shares of 2 to
 * 262144; runc converts shares with the opposite of this. */
static void read_cpu_limits(struct arena *arena, const struct place *place, struct reading *reading)
{
    if (place->of[CONTROLLER_CPU].version != 2)
        return;
    const char *max = text_of(arena, place, CONTROLLER_CPU, "cpu.max");
    reading->cpu_quota_us = kernel_word(max, 0);
    reading->cpu_period_us = kernel_word(max, 1);
    struct figure weight = kernel_number(text_of(arena, place, CONTROLLER_CPU, "cpu.weight"));
    if (weight.known)
        reading->cpu_shares = figure_of(2 + (weight.value - 1) * 262142 / 9999);
}

static void read_devices(struct arena *arena, const struct place *place, struct reading *reading)
{
    if (place->of[CONTROLLER_IO].version == 2)
        reading->device_count = kernel_io_stat(
            arena, text_of(arena, place, CONTROLLER_IO, "io.stat"), &reading->devices);
    else
        reading->device_count = kernel_blkio(
            arena,
            text_of(arena, place, CONTROLLER_IO, "blkio.throttle.io_service_bytes_recursive"),
            text_of(arena, place, CONTROLLER_IO, "blkio.throttle.io_serviced_recursive"),
            &reading->devices);
}

static void derive(const struct place *place, struct reading *reading)
{
    /* What no file cache shows is all in use. */
    reading->memory_working_set_bytes =
        reading->memory_inactive_file_bytes.known
            ? figure_minus(reading->memory_usage_bytes, reading->memory_inactive_file_bytes)
            : reading->memory_usage_bytes;
    reading->memory_available_bytes =
        figure_minus(reading->memory_limit_bytes, reading->memory_working_set_bytes);
    /* Version 1 limits memory and swap together, version 2 swap alone. */
    if (place->of[CONTROLLER_MEMORY].version == 1)
        reading->swap_limit_bytes =
            figure_minus(reading->memory_and_swap_limit_bytes, reading->memory_limit_bytes);
    else if (reading->swap_limit_bytes.known && reading->memory_limit_bytes.known)
        reading->memory_and_swap_limit_bytes =
            figure_plus(reading->swap_limit_bytes, reading->memory_limit_bytes);
    reading->swap_available_bytes =
        figure_minus(reading->swap_limit_bytes, reading->swap_usage_bytes);
}

bool reading_take(struct arena *arena, const struct place *place, enum reading_depth depth,
                  struct reading *ret_reading, struct err *err)
{
    *ret_reading = (struct reading){.time_ns = clock_real_ns()};
    read_figures(arena, place, depth, ret_reading);
    /* Every cgroup of a container has one of these, unless it has just gone. */
    if (!ret_reading->cpu_usage_ns.known && !ret_reading->memory_usage_bytes.known)
        return err_set(err, CODE_NOT_FOUND, "its cgroup is gone");
    ret_reading->cpu_pressure =
        kernel_pressure(text_of(arena, place, CONTROLLER_PRESSURE, "cpu.pressure"));
    ret_reading->memory_pressure =
        kernel_pressure(text_of(arena, place, CONTROLLER_PRESSURE, "memory.pressure"));
    ret_reading->io_pressure =
        kernel_pressure(text_of(arena, place, CONTROLLER_PRESSURE, "io.pressure"));
    if (depth == READING_METRICS) {
        read_cpu_limits(arena, place, ret_reading);
        read_devices(arena, place, ret_reading);
    }
    derive(place, ret_reading);
    return true;
}

void reading_add(struct reading *sum, const struct reading *part)
{
    static const size_t added[] = {
        FIGURE(cpu_usage_ns),     FIGURE(memory_usage_bytes), FIGURE(memory_working_set_bytes),
        FIGURE(memory_rss_bytes), FIGURE(page_faults),        FIGURE(major_page_faults),
    };
    for (size_t i = 0; i < sizeof(added) / sizeof(added[0]); i++) {
        struct figure left, right;
        memcpy(&left, (const char *)sum + added[i], sizeof(left));
        memcpy(&right, (const char *)part + added[i], sizeof(right));
        left = figure_plus(left, right);
        memcpy((char *)sum + added[i], &left, sizeof(left));
    }
    sum->time_ns = part->time_ns;
}
