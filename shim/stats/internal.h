/* What stats.c and metric.c share. */
#ifndef SHIM_STATS_INTERNAL_H
#define SHIM_STATS_INTERNAL_H

#include <jansson.h>

#include "shim/stats/layer.h"
#include "shim/stats/rate.h"
#include "shim/stats/reading.h"

struct stats {
    struct arena *arena; /* of the hierarchies */
    struct hierarchies hierarchies;
    struct rates *rates;
    struct layers *layers;
};

/* The place of a container or sandbox that runs, and what its cgroup tells. NOT_FOUND if it does
 * not run. */
bool stats_read(struct stats *stats, struct arena *arena, const json_t *container,
                enum reading_depth depth, struct place *ret_place, struct reading *ret_reading,
                struct err *err);

/* The last measurement of its writable layer; false if there is none. */
bool stats_layer(struct stats *stats, struct arena *arena, const json_t *container,
                 struct layer_usage *ret_usage);

/* The interfaces of a pod; none if it has the node's network or has ended. */
size_t stats_interfaces(struct stats *stats, struct arena *arena, const json_t *sandbox,
                        struct interface_io **ret_interfaces);

#endif
