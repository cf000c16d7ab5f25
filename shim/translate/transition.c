#include "shim/translate/transition.h"

#include "shim/translate/container_status.h"
#include "shim/translate/json.h"

#define CREATED CRI__CONTAINER_EVENT_TYPE__CONTAINER_CREATED_EVENT
#define STARTED CRI__CONTAINER_EVENT_TYPE__CONTAINER_STARTED_EVENT
#define STOPPED CRI__CONTAINER_EVENT_TYPE__CONTAINER_STOPPED_EVENT
#define DELETED CRI__CONTAINER_EVENT_TYPE__CONTAINER_DELETED_EVENT

static bool has_state(const json_t *container, Cri__ContainerState state)
{
    return container != NULL && container_state(container) == state;
}

/* A start that Docker repeats shows in its time only. */
static bool was_started(const json_t *before, const json_t *after)
{
    int64_t started_ns = json_time_at(after, "State.StartedAt");
    return started_ns != 0 && started_ns != json_time_at(before, "State.StartedAt");
}

size_t transition_find(const json_t *before, const json_t *after,
                       Cri__ContainerEventType ret_events[TRANSITION_MAX])
{
    bool running = has_state(before, CRI__CONTAINER_STATE__CONTAINER_RUNNING);
    bool exited = has_state(before, CRI__CONTAINER_STATE__CONTAINER_EXITED);
    bool started = was_started(before, after);
    size_t count = 0;
    if (before == NULL && after != NULL)
        ret_events[count++] = CREATED;
    if (running && (started || !has_state(after, CRI__CONTAINER_STATE__CONTAINER_RUNNING)))
        ret_events[count++] = STOPPED;
    if (started)
        ret_events[count++] = STARTED;
    /* Of a container that could not be started, only the end is seen. */
    if (!(running && !started) && (started || !exited) &&
        has_state(after, CRI__CONTAINER_STATE__CONTAINER_EXITED))
        ret_events[count++] = STOPPED;
    if (before != NULL && after == NULL)
        ret_events[count++] = DELETED;
    return count;
}
