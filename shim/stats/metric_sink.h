/*
 * Where metrics are collected: the values of one container or pod, under its labels. Every family
 * has the base labels first, and then those of its kind; values come in that order.
 */
#ifndef SHIM_STATS_METRIC_SINK_H
#define SHIM_STATS_METRIC_SINK_H

#include "proto/api.pb-c.h"
#include "shim/base/clock.h"
#include "shim/stats/metric_list.h"
#include "shim/stats/reading.h"

#define METRIC_ID(id, ...) METRIC_##id,
enum metric { METRIC_LIST(METRIC_ID, METRIC_ID) METRIC_COUNT };
#undef METRIC_ID

/* The base labels are cAdvisor's, in its order. */
enum {
    LABEL_CONTAINER,
    LABEL_ID,
    LABEL_IMAGE_NAME,
    LABEL_NAME,
    LABEL_NAMESPACE,
    LABEL_POD,
    METRIC_BASE_LABELS
};

struct metric_sink {
    struct arena *arena;
    const char *base[METRIC_BASE_LABELS]; /* fit for a message */
    Cri__Metric **metrics;
    size_t count, capacity;
};

/* Adds a value unless it is unknown. `extra` has as many labels as the family has besides the base.
 * A value that was not read just now has its time. */
void metric_add(struct metric_sink *sink, enum metric metric, struct figure value,
                const char *const *extra);
void metric_add_kept(struct metric_sink *sink, enum metric metric, struct figure value,
                     const char *const *extra, int64_t time_ns);

/* Adds the families that are figures of a reading. */
void metric_add_reading(struct metric_sink *sink, const struct reading *reading);

/* All families. Arena. */
void metric_descriptors(struct arena *arena, Cri__MetricDescriptor ***ret_descriptors,
                        size_t *ret_count);

#endif
