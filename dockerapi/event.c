#include "dockerapi/event.h"

#include <inttypes.h>

#include "dockerapi/json_stream.h"
#include "dockerapi/request.h"
#include "dockerapi/url.h"
#include "shim/base/clock.h"

struct subscription {
    const struct docker_events *events;
    struct json_stream json;
};

static bool on_begun(void *context, struct err *err)
{
    const struct docker_events *events = ((struct subscription *)context)->events;
    return events->subscribed == NULL || events->subscribed(events->context, err);
}

static bool on_bytes(void *context, const char *bytes, size_t length, struct err *err)
{
    struct subscription *subscription = context;
    return json_stream_feed(&subscription->json, bytes, length, err);
}

static bool make_query(struct arena *arena, const struct docker_events *events,
                       const char **ret_query, struct err *err)
{
    const char *query = NULL, *filters;
    if (events->since_ns > 0)
        query = arena_printf(arena, "since=%" PRId64 ".%09" PRId64, events->since_ns / NS_PER_S,
                             events->since_ns % NS_PER_S);
    if (events->filters != NULL) {
        if (!url_query_json(arena, events->filters, &filters, err))
            return false;
        query = arena_printf(arena, "%s%sfilters=%s", query != NULL ? query : "",
                             query != NULL ? "&" : "", filters);
    }
    *ret_query = query;
    return true;
}

bool docker_events(struct docker *docker, struct scope *scope, const struct docker_events *events,
                   struct err *err)
{
    struct subscription subscription = {.events = events};
    const struct request_stream stream = {
        .begun = on_begun, .bytes = on_bytes, .context = &subscription};
    struct request request = {
        .method = "GET", .path = "/events", .endless = true, .stream = &stream};
    if (!make_query(scope->arena, events, &request.query, err))
        return false;
    json_stream_init(&subscription.json, events->event, events->context);
    if (request_run(docker, scope, &request, err)) {
        (void)err_set(err, CODE_UNAVAILABLE, "the engine ended the stream");
        (void)request_wrap(&request, err);
    }
    json_stream_done(&subscription.json);
    return false;
}
