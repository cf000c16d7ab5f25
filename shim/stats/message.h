/* Readings -> the parts of CRI's stats messages. A part that nothing is known of is NULL. */
#ifndef SHIM_STATS_MESSAGE_H
#define SHIM_STATS_MESSAGE_H

#include "proto/api.pb-c.h"
#include "shim/stats/layer.h"
#include "shim/stats/reading.h"

Cri__CpuUsage *message_cpu(struct arena *arena, const struct reading *reading,
                           struct figure nano_cores);
Cri__MemoryUsage *message_memory(struct arena *arena, const struct reading *reading);
Cri__SwapUsage *message_swap(struct arena *arena, const struct reading *reading);
Cri__IoUsage *message_io(struct arena *arena, const struct reading *reading);
Cri__NetworkUsage *message_network(struct arena *arena, const struct interface_io *interfaces,
                                   size_t count, int64_t time_ns);
Cri__ProcessUsage *message_processes(struct arena *arena, uint64_t count, int64_t time_ns);

/* The filesystem is named by the store's directory, as ImageFsInfo names it. */
Cri__FilesystemUsage *message_layer(struct arena *arena, const struct layer_usage *usage);

/* NULL if it is unknown. */
Cri__UInt64Value *message_value(struct arena *arena, struct figure figure);

#endif
