#include "shim/translate/stats_facts.h"

#include <string.h>

#include "shim/base/utf8.h"
#include "shim/translate/container_image.h"
#include "shim/translate/container_status.h"
#include "shim/translate/json.h"
#include "shim/translate/label.h"
#include "shim/translate/sandbox_status.h"

Cri__ContainerAttributes *translate_container_attributes(struct arena *arena,
                                                         const json_t *container)
{
    Cri__ContainerAttributes *attributes = arena_alloc(arena, sizeof(*attributes));
    cri__container_attributes__init(attributes);
    attributes->id = utf8_clean(arena, container_id(container));
    attributes->metadata = translate_container_metadata(arena, container);
    label_split(arena, json_at(container, "Config.Labels"),
                &cri__container_attributes__labels_entry__descriptor, (void ***)&attributes->labels,
                &attributes->n_labels, &cri__container_attributes__annotations_entry__descriptor,
                (void ***)&attributes->annotations, &attributes->n_annotations);
    return attributes;
}

Cri__PodSandboxAttributes *translate_sandbox_attributes(struct arena *arena, const json_t *sandbox)
{
    Cri__PodSandboxAttributes *attributes = arena_alloc(arena, sizeof(*attributes));
    cri__pod_sandbox_attributes__init(attributes);
    attributes->id = utf8_clean(arena, container_id(sandbox));
    attributes->metadata = translate_sandbox_metadata(arena, sandbox);
    label_split(arena, json_at(sandbox, "Config.Labels"),
                &cri__pod_sandbox_attributes__labels_entry__descriptor,
                (void ***)&attributes->labels, &attributes->n_labels,
                &cri__pod_sandbox_attributes__annotations_entry__descriptor,
                (void ***)&attributes->annotations, &attributes->n_annotations);
    return attributes;
}

const char *container_upper_directory(const json_t *container)
{
    return json_text_at(container, "GraphDriver.Data.UpperDir");
}

bool sandbox_has_cgroup(const json_t *sandbox)
{
    return json_text_at(sandbox, "HostConfig.CgroupParent")[0] != '\0';
}

const char *container_image_name(struct arena *arena, const json_t *container)
{
    return container_image_spec(arena, container, NULL)->image;
}

int64_t container_started_ns(const json_t *container)
{
    return json_time_at(container, "State.StartedAt");
}

int64_t container_cpu_shares(const json_t *container)
{
    return json_int_at(container, "HostConfig.CpuShares");
}

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool container_stats_match(const json_t *container, const Cri__ContainerStatsFilter *filter)
{
    return filter == NULL ||
           (begins_with(container_id(container), filter->id) &&
            begins_with(container_sandbox_id(container), filter->pod_sandbox_id) &&
            label_match(container, filter->label_selector, filter->n_label_selector));
}

bool sandbox_stats_match(const json_t *sandbox, const Cri__PodSandboxStatsFilter *filter)
{
    return filter == NULL ||
           (begins_with(container_id(sandbox), filter->id) &&
            label_match(sandbox, filter->label_selector, filter->n_label_selector));
}
