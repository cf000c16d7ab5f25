/* The filters of ListContainers and ListPodSandbox: "All conditions must hold." */
#include <string.h>

#include "shim/translate/container_status.h"
#include "shim/translate/label.h"
#include "shim/translate/sandbox_status.h"

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool container_matches(const json_t *container, const Cri__ContainerFilter *filter)
{
    return filter == NULL ||
           (begins_with(container_id(container), filter->id) &&
            begins_with(container_sandbox_id(container), filter->pod_sandbox_id) &&
            (filter->state == NULL || filter->state->state == container_state(container)) &&
            label_match(container, filter->label_selector, filter->n_label_selector));
}

bool sandbox_matches(const json_t *sandbox, const Cri__PodSandboxFilter *filter)
{
    return filter == NULL ||
           (begins_with(container_id(sandbox), filter->id) &&
            (filter->state == NULL || filter->state->state == sandbox_state(sandbox)) &&
            label_match(sandbox, filter->label_selector, filter->n_label_selector));
}
