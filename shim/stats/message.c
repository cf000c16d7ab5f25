#include "shim/stats/message.h"

#include <string.h>

#include "shim/base/utf8.h"

Cri__UInt64Value *message_value(struct arena *arena, struct figure figure)
{
    if (!figure.known)
        return NULL;
    Cri__UInt64Value *value = arena_alloc(arena, sizeof(*value));
    cri__uint64_value__init(value);
    value->value = figure.value;
    return value;
}

static Cri__PsiData *psi_data(struct arena *arena, const struct pressure_line *line)
{
    Cri__PsiData *data = arena_alloc(arena, sizeof(*data));
    cri__psi_data__init(data);
    data->total = line->total_us * 1000;
    data->avg10 = line->avg10;
    data->avg60 = line->avg60;
    data->avg300 = line->avg300;
    return data;
}

static Cri__PsiStats *psi_stats(struct arena *arena, const struct pressure *pressure)
{
    if (!pressure->known)
        return NULL;
    Cri__PsiStats *stats = arena_alloc(arena, sizeof(*stats));
    cri__psi_stats__init(stats);
    stats->full = psi_data(arena, &pressure->full);
    stats->some = psi_data(arena, &pressure->some);
    return stats;
}

Cri__CpuUsage *message_cpu(struct arena *arena, const struct reading *reading,
                           struct figure nano_cores)
{
    Cri__CpuUsage *cpu = arena_alloc(arena, sizeof(*cpu));
    cri__cpu_usage__init(cpu);
    cpu->timestamp = reading->time_ns;
    cpu->usage_core_nano_seconds = message_value(arena, reading->cpu_usage_ns);
    cpu->usage_nano_cores = message_value(arena, nano_cores);
    cpu->psi = psi_stats(arena, &reading->cpu_pressure);
    return cpu;
}

Cri__MemoryUsage *message_memory(struct arena *arena, const struct reading *reading)
{
    Cri__MemoryUsage *memory = arena_alloc(arena, sizeof(*memory));
    cri__memory_usage__init(memory);
    memory->timestamp = reading->time_ns;
    memory->working_set_bytes = message_value(arena, reading->memory_working_set_bytes);
    memory->available_bytes = message_value(arena, reading->memory_available_bytes);
    memory->usage_bytes = message_value(arena, reading->memory_usage_bytes);
    memory->rss_bytes = message_value(arena, reading->memory_rss_bytes);
    memory->page_faults = message_value(arena, reading->page_faults);
    memory->major_page_faults = message_value(arena, reading->major_page_faults);
    memory->psi = psi_stats(arena, &reading->memory_pressure);
    return memory;
}

Cri__SwapUsage *message_swap(struct arena *arena, const struct reading *reading)
{
    if (!reading->swap_usage_bytes.known && !reading->swap_available_bytes.known)
        return NULL;
    Cri__SwapUsage *swap = arena_alloc(arena, sizeof(*swap));
    cri__swap_usage__init(swap);
    swap->timestamp = reading->time_ns;
    swap->swap_usage_bytes = message_value(arena, reading->swap_usage_bytes);
    swap->swap_available_bytes = message_value(arena, reading->swap_available_bytes);
    return swap;
}

Cri__IoUsage *message_io(struct arena *arena, const struct reading *reading)
{
    if (!reading->io_pressure.known)
        return NULL;
    Cri__IoUsage *io = arena_alloc(arena, sizeof(*io));
    cri__io_usage__init(io);
    io->timestamp = reading->time_ns;
    io->psi = psi_stats(arena, &reading->io_pressure);
    return io;
}

static Cri__NetworkInterfaceUsage *interface_usage(struct arena *arena,
                                                   const struct interface_io *interface)
{
    Cri__NetworkInterfaceUsage *usage = arena_alloc(arena, sizeof(*usage));
    cri__network_interface_usage__init(usage);
    usage->name = utf8_clean(arena, interface->name);
    usage->rx_bytes = message_value(arena, figure_of(interface->rx_bytes));
    usage->rx_errors = message_value(arena, figure_of(interface->rx_errors));
    usage->tx_bytes = message_value(arena, figure_of(interface->tx_bytes));
    usage->tx_errors = message_value(arena, figure_of(interface->tx_errors));
    return usage;
}

/* The one that the kubelet takes for the pod's: the name that it gives CNI plugins, else the first
 * there is. */
static size_t default_interface(const struct interface_io *interfaces, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(interfaces[i].name, "eth0") == 0)
            return i;
    return 0;
}

Cri__NetworkUsage *message_network(struct arena *arena, const struct interface_io *interfaces,
                                   size_t count, int64_t time_ns)
{
    if (count == 0)
        return NULL;
    Cri__NetworkUsage *network = arena_alloc(arena, sizeof(*network));
    cri__network_usage__init(network);
    network->timestamp = time_ns;
    network->interfaces = arena_array(arena, count, sizeof(*network->interfaces));
    size_t chosen = default_interface(interfaces, count);
    for (size_t i = 0; i < count; i++) {
        Cri__NetworkInterfaceUsage *usage = interface_usage(arena, &interfaces[i]);
        if (i == chosen)
            network->default_interface = usage;
        else
            network->interfaces[network->n_interfaces++] = usage;
    }
    return network;
}

Cri__ProcessUsage *message_processes(struct arena *arena, uint64_t count, int64_t time_ns)
{
    Cri__ProcessUsage *processes = arena_alloc(arena, sizeof(*processes));
    cri__process_usage__init(processes);
    processes->timestamp = time_ns;
    processes->process_count = message_value(arena, figure_of(count));
    return processes;
}

/* The path without its last `levels` components. */
static const char *ancestor(struct arena *arena, const char *path, int levels)
{
    char *copy = arena_strdup(arena, path);
    for (char *slash; levels > 0 && (slash = strrchr(copy, '/')) != NULL; levels--)
        *slash = '\0';
    return copy;
}

/* Layers are <store>/<id>/diff with graph drivers, <store>/snapshots/<number>/fs with containerd's
 * snapshotters. */
static const char *store_of(struct arena *arena, const char *layer)
{
    return ancestor(arena, layer, strstr(layer, "/snapshots/") != NULL ? 3 : 2);
}

Cri__FilesystemUsage *message_layer(struct arena *arena, const struct layer_usage *usage)
{
    Cri__FilesystemUsage *layer = arena_alloc(arena, sizeof(*layer));
    cri__filesystem_usage__init(layer);
    layer->timestamp = usage->time_ns;
    layer->used_bytes = message_value(arena, figure_of(usage->size.bytes));
    layer->inodes_used = message_value(arena, figure_of(usage->size.inodes));
    layer->fs_id = arena_alloc(arena, sizeof(*layer->fs_id));
    cri__filesystem_identifier__init(layer->fs_id);
    layer->fs_id->mountpoint = utf8_clean(arena, store_of(arena, usage->directory));
    return layer;
}
