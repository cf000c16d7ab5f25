#include "shim/stats/stats.h"

#include <inttypes.h>
#include <stdlib.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/stats/internal.h"
#include "shim/stats/kernel_file.h"
#include "shim/stats/message.h"
#include "shim/stats/process.h"
#include "shim/translate/container_status.h"
#include "shim/translate/sandbox_status.h"
#include "shim/translate/stats_facts.h"

struct stats *stats_create(const char *fs_root, struct err *err)
{
    struct stats *stats = xcalloc(1, sizeof(*stats));
    stats->arena = arena_create();
    stats->rates = rates_create();
    if (hierarchies_read(stats->arena, arena_strdup(stats->arena, fs_root), &stats->hierarchies,
                         err) &&
        (stats->layers = layers_create(err)) != NULL)
        return stats;
    stats_destroy(stats);
    return NULL;
}

void stats_destroy(struct stats *stats)
{
    if (stats == NULL)
        return;
    layers_destroy(stats->layers);
    rates_destroy(stats->rates);
    arena_destroy(stats->arena);
    free(stats);
}

bool stats_read(struct stats *stats, struct arena *arena, const json_t *container,
                enum reading_depth depth, struct place *ret_place, struct reading *ret_reading,
                struct err *err)
{
    int64_t pid = container_pid(container);
    const char *id = container_id(container);
    if (pid == 0)
        return err_set(err, CODE_NOT_FOUND, "container %s does not run", id);
    if (place_of_process(arena, &stats->hierarchies, pid, id, ret_place, err) &&
        reading_take(arena, ret_place, depth, ret_reading, err))
        return true;
    return err_wrap(err, "container %s", id);
}

/* Docker names the directory with graph drivers only; the kernel knows it with either store, for as
 * long as the container runs. */
static const char *layer_directory(struct stats *stats, struct arena *arena,
                                   const json_t *container)
{
    int64_t pid = container_pid(container);
    const char *directory = container_upper_directory(container);
    if (directory[0] != '\0' || pid == 0)
        return directory;
    const char *mounts =
        kernel_file(arena, arena_printf(arena, "%s/proc/%" PRId64, stats->hierarchies.fs_root, pid),
                    "mountinfo");
    const char *upper = mounts != NULL ? kernel_upper_directory(arena, mounts) : NULL;
    return upper != NULL ? upper : "";
}

bool stats_layer(struct stats *stats, struct arena *arena, const json_t *container,
                 struct layer_usage *ret_usage)
{
    return layers_get(stats->layers, arena, container_id(container),
                      layer_directory(stats, arena, container), container_pid(container) != 0,
                      ret_usage);
}

size_t stats_interfaces(struct stats *stats, struct arena *arena, const json_t *sandbox,
                        struct interface_io **ret_interfaces)
{
    if (sandbox_host_network(sandbox) || container_pid(sandbox) == 0)
        return 0;
    const char *directory = arena_printf(arena, "%s/proc/%" PRId64 "/net",
                                         stats->hierarchies.fs_root, container_pid(sandbox));
    const char *text = kernel_file(arena, directory, "dev");
    return text != NULL ? kernel_net_dev(arena, text, ret_interfaces) : 0;
}

static struct figure nano_cores(struct stats *stats, const json_t *container,
                                const struct reading *reading)
{
    if (!reading->cpu_usage_ns.known)
        return (struct figure){0};
    return rates_tell(stats->rates, container_id(container), reading->time_ns,
                      reading->cpu_usage_ns.value);
}

Cri__ContainerStats *stats_container_at_rest(struct stats *stats, struct arena *arena,
                                             const json_t *container)
{
    struct layer_usage usage;
    Cri__ContainerStats *message = arena_alloc(arena, sizeof(*message));
    cri__container_stats__init(message);
    message->attributes = translate_container_attributes(arena, container);
    if (stats_layer(stats, arena, container, &usage))
        message->writable_layer = message_layer(arena, &usage);
    return message;
}

static Cri__ContainerStats *container_message(struct stats *stats, struct arena *arena,
                                              const json_t *container,
                                              const struct reading *reading)
{
    Cri__ContainerStats *message = stats_container_at_rest(stats, arena, container);
    message->cpu = message_cpu(arena, reading, nano_cores(stats, container, reading));
    message->memory = message_memory(arena, reading);
    message->swap = message_swap(arena, reading);
    message->io = message_io(arena, reading);
    return message;
}

bool stats_container(struct stats *stats, struct arena *arena, const json_t *container,
                     Cri__ContainerStats **ret_stats, struct err *err)
{
    struct place place;
    struct reading reading = {0};
    if (!stats_read(stats, arena, container, READING_STATS, &place, &reading, err))
        return false;
    *ret_stats = container_message(stats, arena, container, &reading);
    return true;
}

void stats_started(struct stats *stats, struct arena *arena, const json_t *container)
{
    struct layer_usage usage;
    (void)stats_layer(stats, arena, container, &usage); /* being asked for it is what begins it */
}

/* A pod's figures: those of its own cgroup, or the sum of what is in it. */
struct pod_reading {
    bool whole; /* `reading` is that of the pod's own cgroup */
    struct reading reading;
    uint64_t processes;
};

static void pod_add(struct arena *arena, struct pod_reading *pod, const struct place *place,
                    const struct reading *reading)
{
    int64_t *pids;
    if (pod->whole)
        return;
    reading_add(&pod->reading, reading);
    pod->processes += process_list(arena, place, &pids);
}

static bool pod_begin(struct stats *stats, struct arena *arena, const json_t *sandbox,
                      struct pod_reading *ret_pod, struct err *err)
{
    struct place pause, pod;
    struct reading reading;
    if (!stats_read(stats, arena, sandbox, READING_STATS, &pause, &reading, err))
        return false;
    *ret_pod = (struct pod_reading){.whole = sandbox_has_cgroup(sandbox)};
    if (ret_pod->whole) {
        int64_t *pids;
        place_parent(arena, &pause, &pod);
        ret_pod->processes = process_list(arena, &pod, &pids);
        return reading_take(arena, &pod, READING_STATS, &ret_pod->reading, err);
    }
    pod_add(arena, ret_pod, &pause, &reading);
    return true;
}

bool stats_sandbox(struct stats *stats, struct arena *arena, const json_t *sandbox,
                   json_t *const *containers, size_t container_count,
                   Cri__PodSandboxStats **ret_stats, struct err *err)
{
    struct pod_reading pod;
    if (!pod_begin(stats, arena, sandbox, &pod, err))
        return err_wrap(err, "statistics of pod sandbox %s", container_id(sandbox));
    Cri__LinuxPodSandboxStats *figures = arena_alloc(arena, sizeof(*figures));
    cri__linux_pod_sandbox_stats__init(figures);
    figures->containers = arena_array(arena, container_count, sizeof(*figures->containers));
    for (size_t i = 0; i < container_count; i++) {
        struct place place;
        struct reading reading = {0};
        struct err gone = ERR_INIT;
        /* One that does not run is no part of it. */
        if (!stats_read(stats, arena, containers[i], READING_STATS, &place, &reading, &gone))
            continue;
        pod_add(arena, &pod, &place, &reading);
        figures->containers[figures->n_containers++] =
            container_message(stats, arena, containers[i], &reading);
    }
    struct interface_io *interfaces = NULL;
    size_t count = stats_interfaces(stats, arena, sandbox, &interfaces);
    figures->cpu = message_cpu(arena, &pod.reading, nano_cores(stats, sandbox, &pod.reading));
    figures->memory = message_memory(arena, &pod.reading);
    figures->io = message_io(arena, &pod.reading);
    figures->network = message_network(arena, interfaces, count, clock_real_ns());
    figures->process = message_processes(arena, pod.processes, pod.reading.time_ns);
    Cri__PodSandboxStats *message = arena_alloc(arena, sizeof(*message));
    cri__pod_sandbox_stats__init(message);
    message->attributes = translate_sandbox_attributes(arena, sandbox);
    message->linux = figures;
    *ret_stats = message;
    return true;
}
