#include "shim/rpc/rpc.h"

#include "shim/base/clock.h"
#include "shim/base/log.h"
#include "shim/base/wait.h"
#include "shim/inventory/inventory.h"
#include "shim/rpc/pod_status.h"
#include "shim/translate/container_status.h"

/* The pod as it is after the event. A sandbox that has stopped or gone is not ready, whatever its
 * last document says. */
static bool fill_pod(struct daemon *daemon, struct scope *scope,
                     const struct inventory_event *event, Cri__ContainerEventResponse *response,
                     struct err *err)
{
    Cri__PodSandboxStatus *status;
    if (!sandbox_status_collect(daemon, scope, event->sandbox, &status, err) ||
        !container_statuses_collect(daemon, scope, container_id(event->sandbox),
                                    &response->containers_statuses,
                                    &response->n_containers_statuses, err))
        return false;
    if (event->sandbox == event->container &&
        event->type >= CRI__CONTAINER_EVENT_TYPE__CONTAINER_STOPPED_EVENT)
        status->state = CRI__POD_SANDBOX_STATE__SANDBOX_NOTREADY;
    response->pod_sandbox_status = status;
    return true;
}

/* An event must not show a pod without containers that it has: the kubelet would take them for
 * lost. So it waits for a Docker that is away, and is sent without the pod if that cannot be told;
 * then the kubelet asks. */
static bool fill_pod_patiently(struct daemon *daemon, struct scope *scope,
                               const struct inventory_event *event,
                               Cri__ContainerEventResponse *response, struct err *err)
{
    struct err failed = ERR_INIT;
    while (event->sandbox != NULL && !fill_pod(daemon, scope, event, response, &failed)) {
        response->n_containers_statuses = 0;
        if (!cancel_check(scope->cancel, err))
            return false;
        if (failed.code != CODE_UNAVAILABLE && failed.code != CODE_DEADLINE_EXCEEDED) {
            log_warn("an event of container %s is sent without its pod: %s",
                     container_id(event->container), failed.text);
            return true;
        }
        if (!wait_for(scope->cancel, NS_PER_S / 2, err))
            return false;
    }
    return true;
}

static bool send_next(struct call *call, struct watch *watch, struct err *err)
{
    /* Gone with the event: the call itself lives for days. */
    struct scope scope = {.arena = arena_create(), .cancel = call->scope.cancel};
    struct daemon *daemon = call_daemon(call);
    struct inventory_event event;
    Cri__ContainerEventResponse response;
    cri__container_event_response__init(&response);
    bool ok = inventory_next_event(daemon->inventory, watch, &scope, &event, err) &&
              fill_pod_patiently(daemon, &scope, &event, &response, err);
    if (ok) {
        response.container_id = container_id(event.container);
        response.container_event_type = event.type;
        response.created_at = event.time_ns;
        ok = call_send(call, &response, err);
    }
    arena_destroy(scope.arena);
    return ok;
}

/* Ends when the client leaves, falls behind, or the server ends. */
bool rpc_get_container_events(struct call *call, const Cri__GetEventsRequest *in, struct err *err)
{
    (void)in;
    struct inventory *inventory = call_daemon(call)->inventory;
    struct watch *watch = inventory_watch(inventory, err);
    if (watch == NULL)
        return false;
    while (send_next(call, watch, err))
        ;
    inventory_unwatch(inventory, watch);
    return false;
}
