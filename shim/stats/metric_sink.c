#include "shim/stats/metric_sink.h"

#include <string.h>

enum { EXTRA_MAX = 4 };

enum label_kind {
    LABELS_BASE,
    LABELS_CPU,
    LABELS_FAILURE,
    LABELS_PAGE_SIZE,
    LABELS_INTERFACE,
    LABELS_DEVICE,
    LABELS_OPERATION,
    LABELS_ULIMIT,
};

static const char *const base_keys[METRIC_BASE_LABELS] = {
    [LABEL_CONTAINER] = "container", [LABEL_ID] = "id",
    [LABEL_IMAGE_NAME] = "image",    [LABEL_NAME] = "name",
    [LABEL_NAMESPACE] = "namespace", [LABEL_POD] = "pod",
};

static const char *const extra_keys[][EXTRA_MAX] = {
    [LABELS_BASE] = {NULL},
    [LABELS_CPU] = {"cpu"},
    [LABELS_FAILURE] = {"failure_type", "scope"},
    [LABELS_PAGE_SIZE] = {"pagesize"},
    [LABELS_INTERFACE] = {"interface"},
    [LABELS_DEVICE] = {"device"},
    [LABELS_OPERATION] = {"device", "major", "minor", "operation"},
    [LABELS_ULIMIT] = {"ulimit"},
};

struct family {
    const char *name, *help;
    Cri__MetricType type;
    enum label_kind labels;
    bool is_figure, shows_unknown;
    size_t offset; /* in struct reading */
    uint64_t divisor;
};

#define FAMILY_FIGURE(id, family_name, text, metric_type, kind, figure, by, zero)                  \
    {.name = (family_name),                                                                        \
     .help = (text),                                                                               \
     .type = CRI__METRIC_TYPE__##metric_type,                                                      \
     .labels = LABELS_##kind,                                                                      \
     .is_figure = true,                                                                            \
     .shows_unknown = (zero),                                                                      \
     .offset = offsetof(struct reading, figure),                                                   \
     .divisor = (by)},
#define FAMILY_OTHER(id, family_name, text, metric_type, kind)                                     \
    {.name = (family_name),                                                                        \
     .help = (text),                                                                               \
     .type = CRI__METRIC_TYPE__##metric_type,                                                      \
     .labels = LABELS_##kind},
static const struct family families[METRIC_COUNT] = {METRIC_LIST(FAMILY_FIGURE, FAMILY_OTHER)};

static size_t extra_count(enum label_kind kind)
{
    size_t count = 0;
    while (count < EXTRA_MAX && extra_keys[kind][count] != NULL)
        count++;
    return count;
}

static const char **labels_of(struct arena *arena, const char *const *base,
                              const char *const *extra, size_t count)
{
    const char **labels = arena_array(arena, METRIC_BASE_LABELS + count, sizeof(*labels));
    memcpy(labels, base, METRIC_BASE_LABELS * sizeof(*labels));
    if (count > 0)
        memcpy(labels + METRIC_BASE_LABELS, extra, count * sizeof(*labels));
    return labels;
}

static Cri__Metric *append(struct metric_sink *sink)
{
    if (sink->count == sink->capacity) {
        sink->capacity = sink->capacity == 0 ? METRIC_COUNT : 2 * sink->capacity;
        Cri__Metric **larger = arena_array(sink->arena, sink->capacity, sizeof(*larger));
        if (sink->count > 0)
            memcpy(larger, sink->metrics, sink->count * sizeof(*larger));
        sink->metrics = larger;
    }
    Cri__Metric *metric = arena_alloc(sink->arena, sizeof(*metric));
    cri__metric__init(metric);
    return sink->metrics[sink->count++] = metric;
}

void metric_add_kept(struct metric_sink *sink, enum metric metric, struct figure value,
                     const char *const *extra, int64_t time_ns)
{
    const struct family *family = &families[metric];
    if (!value.known)
        return;
    size_t count = extra_count(family->labels);
    Cri__Metric *message = append(sink);
    message->name = family->name;
    message->timestamp = time_ns;
    message->metric_type = family->type;
    message->n_label_values = METRIC_BASE_LABELS + count;
    message->label_values = labels_of(sink->arena, sink->base, extra, count);
    message->value = arena_alloc(sink->arena, sizeof(*message->value));
    cri__uint64_value__init(message->value);
    message->value->value = value.value;
}

void metric_add(struct metric_sink *sink, enum metric metric, struct figure value,
                const char *const *extra)
{
    metric_add_kept(sink, metric, value, extra, 0);
}

void metric_add_reading(struct metric_sink *sink, const struct reading *reading)
{
    static const char *const total[] = {"total"};
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        struct figure figure;
        if (!families[i].is_figure)
            continue;
        memcpy(&figure, (const char *)reading + families[i].offset, sizeof(figure));
        figure.known = figure.known || families[i].shows_unknown;
        figure.value /= families[i].divisor;
        metric_add(sink, (enum metric)i, figure, total);
    }
}

void metric_descriptors(struct arena *arena, Cri__MetricDescriptor ***ret_descriptors,
                        size_t *ret_count)
{
    Cri__MetricDescriptor **descriptors = arena_array(arena, METRIC_COUNT, sizeof(*descriptors));
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const struct family *family = &families[i];
        size_t extra = extra_count(family->labels);
        Cri__MetricDescriptor *descriptor = arena_alloc(arena, sizeof(*descriptor));
        cri__metric_descriptor__init(descriptor);
        descriptor->name = family->name;
        descriptor->help = family->help;
        descriptor->n_label_keys = METRIC_BASE_LABELS + extra;
        descriptor->label_keys = labels_of(arena, base_keys, extra_keys[family->labels], extra);
        descriptors[i] = descriptor;
    }
    *ret_descriptors = descriptors;
    *ret_count = METRIC_COUNT;
}
