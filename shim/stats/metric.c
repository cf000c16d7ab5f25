/* The values of the metric families that are not simply figures of a reading. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "shim/base/utf8.h"
#include "shim/stats/hugetlb.h"
#include "shim/stats/internal.h"
#include "shim/stats/metric_sink.h"
#include "shim/stats/process.h"
#include "shim/stats/stats.h"
#include "shim/translate/container_status.h"
#include "shim/translate/sandbox_status.h"
#include "shim/translate/stats_facts.h"

/* "/dev/sda" of 8:0; the numbers themselves where nothing of the kind exists. */
static const char *device_name(struct arena *arena, const char *fs_root, unsigned major_number,
                               unsigned minor_number)
{
    char target[PATH_MAX];
    const char *numbers = arena_printf(arena, "%u:%u", major_number, minor_number);
    ssize_t length = readlink(arena_printf(arena, "%s/sys/dev/block/%s", fs_root, numbers), target,
                              sizeof(target) - 1);
    if (length <= 0)
        return numbers;
    target[length] = '\0';
    const char *slash = strrchr(target, '/');
    return slash != NULL ? arena_printf(arena, "/dev/%s", slash + 1) : numbers;
}

static void add_page_faults(struct metric_sink *sink, const struct reading *reading)
{
    static const char *const scopes[] = {"container", "hierarchy"};
    for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
        const char *minor_labels[] = {"pgfault", scopes[i]};
        const char *major_labels[] = {"pgmajfault", scopes[i]};
        metric_add(sink, METRIC_MEMORY_FAILURES, reading->page_faults, minor_labels);
        metric_add(sink, METRIC_MEMORY_FAILURES, reading->major_page_faults, major_labels);
    }
}

static void add_pressure(struct metric_sink *sink, const struct pressure *pressure,
                         enum metric stalled, enum metric waiting)
{
    static const uint64_t us_per_s = 1000000;
    if (!pressure->known)
        return;
    metric_add(sink, stalled, figure_of(pressure->full.total_us / us_per_s), NULL);
    metric_add(sink, waiting, figure_of(pressure->some.total_us / us_per_s), NULL);
}

static void add_devices(struct metric_sink *sink, const char *fs_root,
                        const struct reading *reading)
{
    for (size_t i = 0; i < reading->device_count; i++) {
        const struct device_io *io = &reading->devices[i];
        const char *device = device_name(sink->arena, fs_root, io->major, io->minor);
        const char *reads[] = {device, arena_printf(sink->arena, "%u", io->major),
                               arena_printf(sink->arena, "%u", io->minor), "Read"};
        const char *writes[] = {device, reads[1], reads[2], "Write"};
        metric_add(sink, METRIC_FS_READS_BYTES, figure_of(io->read_bytes), &device);
        metric_add(sink, METRIC_FS_READS, figure_of(io->reads), &device);
        metric_add(sink, METRIC_FS_WRITES_BYTES, figure_of(io->written_bytes), &device);
        metric_add(sink, METRIC_FS_WRITES, figure_of(io->writes), &device);
        metric_add(sink, METRIC_BLKIO, figure_of(io->read_bytes), reads);
        metric_add(sink, METRIC_BLKIO, figure_of(io->written_bytes), writes);
    }
}

static void add_hugetlb(struct metric_sink *sink, const struct place *place)
{
    struct hugetlb *sizes;
    size_t count = hugetlb_read(sink->arena, place, &sizes);
    for (size_t i = 0; i < count; i++) {
        metric_add(sink, METRIC_HUGETLB_USAGE, sizes[i].usage_bytes, &sizes[i].page_size);
        metric_add(sink, METRIC_HUGETLB_PEAK, sizes[i].peak_bytes, &sizes[i].page_size);
    }
}

/* The filesystem that the container writes to: that of its layer, or of whatever its root is. */
static void add_filesystem(struct stats *stats, struct metric_sink *sink, const json_t *container)
{
    const char *fs_root = stats->hierarchies.fs_root;
    const char *directory = container_upper_directory(container);
    struct statvfs filesystem;
    struct stat status;
    if (directory[0] == '\0')
        directory = arena_printf(sink->arena, "%s/proc/%" PRId64 "/root", fs_root,
                                 container_pid(container));
    if (statvfs(directory, &filesystem) != 0 || stat(directory, &status) != 0)
        return;
    const char *device =
        device_name(sink->arena, fs_root, major(status.st_dev), minor(status.st_dev));
    metric_add(sink, METRIC_FS_INODES_FREE, figure_of(filesystem.f_ffree), &device);
    metric_add(sink, METRIC_FS_INODES, figure_of(filesystem.f_files), &device);
    metric_add(sink, METRIC_FS_LIMIT, figure_of(filesystem.f_blocks * filesystem.f_frsize),
               &device);
    struct layer_usage usage;
    if (stats_layer(stats, sink->arena, container, &usage))
        metric_add_kept(sink, METRIC_FS_USAGE, figure_of(usage.size.bytes), &device, usage.time_ns);
}

static void add_processes(struct stats *stats, struct metric_sink *sink, const json_t *container,
                          const struct place *place)
{
    static const char *const ulimit[] = {"max_open_files"};
    const char *fs_root = stats->hierarchies.fs_root;
    int64_t *pids;
    size_t count = process_list(sink->arena, place, &pids);
    struct process_files files = process_files(sink->arena, fs_root, pids, count);
    metric_add(sink, METRIC_PROCESSES, figure_of(count), NULL);
    metric_add(sink, METRIC_FILE_DESCRIPTORS, figure_of(files.open), NULL);
    metric_add(sink, METRIC_SOCKETS, figure_of(files.sockets), NULL);
    metric_add(sink, METRIC_ULIMITS,
               process_files_limit(sink->arena, fs_root, container_pid(container)), ulimit);
}

static void add_times(struct metric_sink *sink, const json_t *container,
                      const struct reading *reading)
{
    metric_add(sink, METRIC_START_TIME,
               figure_of((uint64_t)(container_started_ns(container) / NS_PER_S)), NULL);
    metric_add(sink, METRIC_LAST_SEEN, figure_of((uint64_t)(reading->time_ns / NS_PER_S)), NULL);
}

static void add_container(struct stats *stats, struct metric_sink *sink, const json_t *container,
                          const struct place *place, struct reading *reading)
{
    /* Version 2 has kept only a weight of the shares that were asked for. */
    if (container_cpu_shares(container) > 0)
        reading->cpu_shares = figure_of((uint64_t)container_cpu_shares(container));
    metric_add_reading(sink, reading);
    add_page_faults(sink, reading);
    add_pressure(sink, &reading->cpu_pressure, METRIC_PRESSURE_CPU_STALLED,
                 METRIC_PRESSURE_CPU_WAITING);
    add_pressure(sink, &reading->memory_pressure, METRIC_PRESSURE_MEMORY_STALLED,
                 METRIC_PRESSURE_MEMORY_WAITING);
    add_pressure(sink, &reading->io_pressure, METRIC_PRESSURE_IO_STALLED,
                 METRIC_PRESSURE_IO_WAITING);
    add_devices(sink, stats->hierarchies.fs_root, reading);
    add_hugetlb(sink, place);
    add_filesystem(stats, sink, container);
    add_processes(stats, sink, container, place);
    add_times(sink, container, reading);
}

static void add_network(struct stats *stats, struct metric_sink *sink, const json_t *sandbox)
{
    struct interface_io *interfaces;
    size_t count = stats_interfaces(stats, sink->arena, sandbox, &interfaces);
    for (size_t i = 0; i < count; i++) {
        const struct interface_io *io = &interfaces[i];
        const char *name = utf8_clean(sink->arena, io->name);
        metric_add(sink, METRIC_RX_BYTES, figure_of(io->rx_bytes), &name);
        metric_add(sink, METRIC_RX_PACKETS, figure_of(io->rx_packets), &name);
        metric_add(sink, METRIC_RX_DROPPED, figure_of(io->rx_dropped), &name);
        metric_add(sink, METRIC_RX_ERRORS, figure_of(io->rx_errors), &name);
        metric_add(sink, METRIC_TX_BYTES, figure_of(io->tx_bytes), &name);
        metric_add(sink, METRIC_TX_PACKETS, figure_of(io->tx_packets), &name);
        metric_add(sink, METRIC_TX_DROPPED, figure_of(io->tx_dropped), &name);
        metric_add(sink, METRIC_TX_ERRORS, figure_of(io->tx_errors), &name);
    }
}

static bool container_metrics(struct stats *stats, struct arena *arena, const json_t *container,
                              const Cri__PodSandboxMetadata *pod, Cri__ContainerMetrics **ret)
{
    struct place place;
    struct reading reading;
    struct err gone = ERR_INIT;
    if (!stats_read(stats, arena, container, READING_METRICS, &place, &reading, &gone))
        return false;
    struct metric_sink sink = {
        .arena = arena,
        .base = {[LABEL_CONTAINER] = translate_container_metadata(arena, container)->name,
                 [LABEL_ID] = utf8_clean(arena, container_id(container)),
                 [LABEL_IMAGE_NAME] = container_image_name(arena, container),
                 [LABEL_NAME] = utf8_clean(arena, container_name(container)),
                 [LABEL_NAMESPACE] = pod->namespace_,
                 [LABEL_POD] = pod->name}};
    add_container(stats, &sink, container, &place, &reading);
    Cri__ContainerMetrics *message = arena_alloc(arena, sizeof(*message));
    cri__container_metrics__init(message);
    message->container_id = sink.base[LABEL_ID];
    message->metrics = sink.metrics;
    message->n_metrics = sink.count;
    *ret = message;
    return true;
}

bool stats_sandbox_metrics(struct stats *stats, struct arena *arena, const json_t *sandbox,
                           json_t *const *containers, size_t container_count,
                           Cri__PodSandboxMetrics **ret_metrics, struct err *err)
{
    const char *id = utf8_clean(arena, container_id(sandbox));
    const Cri__PodSandboxMetadata *pod = translate_sandbox_metadata(arena, sandbox);
    if (container_pid(sandbox) == 0)
        return err_set(err, CODE_NOT_FOUND, "pod sandbox %s does not run", id);
    /* What belongs to no container in particular has no container's labels. */
    struct metric_sink sink = {.arena = arena,
                               .base = {[LABEL_CONTAINER] = "",
                                        [LABEL_ID] = id,
                                        [LABEL_IMAGE_NAME] = "",
                                        [LABEL_NAME] = "",
                                        [LABEL_NAMESPACE] = pod->namespace_,
                                        [LABEL_POD] = pod->name}};
    add_network(stats, &sink, sandbox);
    Cri__PodSandboxMetrics *message = arena_alloc(arena, sizeof(*message));
    cri__pod_sandbox_metrics__init(message);
    message->pod_sandbox_id = id;
    message->metrics = sink.metrics;
    message->n_metrics = sink.count;
    message->container_metrics =
        arena_array(arena, container_count, sizeof(*message->container_metrics));
    for (size_t i = 0; i < container_count; i++)
        message->n_container_metrics +=
            container_metrics(stats, arena, containers[i], pod,
                              &message->container_metrics[message->n_container_metrics]);
    *ret_metrics = message;
    return true;
}
