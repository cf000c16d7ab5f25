#include "dockerapi/container.h"

#include <inttypes.h>

#include "dockerapi/hijack.h"
#include "dockerapi/request.h"
#include "dockerapi/url.h"
#include "shim/base/clock.h"

/* "/containers/ID<verb>" */
static bool container_path(struct scope *scope, const char *id, const char *verb,
                           const char **ret_path, struct err *err)
{
    const char *segment;
    if (!url_segment(scope->arena, "container id", id, &segment, err))
        return false;
    *ret_path = arena_printf(scope->arena, "/containers/%s%s", segment, verb);
    return true;
}

/* A request about one container whose answer has no body. */
static bool run(struct docker *docker, struct scope *scope, const char *id, const char *verb,
                struct request request, struct err *err)
{
    return container_path(scope, id, verb, &request.path, err) &&
           request_run(docker, scope, &request, err);
}

bool docker_container_create(struct docker *docker, struct scope *scope, const char *name,
                             json_t *body, json_t **ret_document, struct err *err)
{
    const struct request request = {
        .method = "POST",
        .path = "/containers/create",
        .query = arena_printf(scope->arena, "name=%s", url_query(scope->arena, name)),
        .document = body,
        .creates = true,
    };
    return request_json(docker, scope, &request, JSON_OBJECT, ret_document, err);
}

bool docker_container_start(struct docker *docker, struct scope *scope, const char *id,
                            struct err *err)
{
    return run(docker, scope, id, "/start", (struct request){.method = "POST"}, err);
}

bool docker_container_stop(struct docker *docker, struct scope *scope, const char *id,
                           int64_t timeout_s, struct err *err)
{
    /* What Docker can still count in nanoseconds; 68 years. */
    int64_t grace_s = timeout_s < 0 ? 0 : timeout_s > INT32_MAX ? INT32_MAX : timeout_s;
    const struct request request = {
        .method = "POST",
        .query = arena_printf(scope->arena, "t=%" PRId64, grace_s),
        .extra_ns = grace_s * NS_PER_S,
    };
    return run(docker, scope, id, "/stop", request, err);
}

bool docker_container_kill(struct docker *docker, struct scope *scope, const char *id,
                           const char *signal, struct err *err)
{
    const struct request request = {
        .method = "POST",
        .query = arena_printf(scope->arena, "signal=%s", url_query(scope->arena, signal)),
    };
    return run(docker, scope, id, "/kill", request, err);
}

bool docker_container_remove(struct docker *docker, struct scope *scope, const char *id, bool force,
                             struct err *err)
{
    const struct request request = {.method = "DELETE", .query = force ? "v=1&force=1" : "v=1"};
    return run(docker, scope, id, "", request, err);
}

bool docker_container_inspect(struct docker *docker, struct scope *scope, const char *id,
                              json_t **ret_document, struct err *err)
{
    struct request request = {.method = "GET"};
    return container_path(scope, id, "/json", &request.path, err) &&
           request_json(docker, scope, &request, JSON_OBJECT, ret_document, err);
}

bool docker_container_list(struct docker *docker, struct scope *scope, json_t *filters,
                           json_t **ret_array, struct err *err)
{
    struct request request = {.method = "GET", .path = "/containers/json", .query = "all=1"};
    if (filters != NULL) {
        const char *value;
        if (!url_query_json(scope->arena, filters, &value, err))
            return false;
        request.query = arena_printf(scope->arena, "all=1&filters=%s", value);
    }
    return request_json(docker, scope, &request, JSON_ARRAY, ret_array, err);
}

bool docker_container_update(struct docker *docker, struct scope *scope, const char *id,
                             json_t *body, struct err *err)
{
    return run(docker, scope, id, "/update", (struct request){.method = "POST", .document = body},
               err);
}

bool docker_container_attach(struct docker *docker, struct scope *scope, const char *id,
                             const struct docker_attach *attach, struct docker_stream *ret_stream,
                             struct err *err)
{
    const char *keys = attach->detach_keys;
    struct request request = {
        .method = "POST",
        .query =
            arena_printf(scope->arena, "stream=1&stdin=%d&stdout=%d&stderr=%d%s%s", attach->input,
                         attach->output, attach->error, keys != NULL ? "&detachKeys=" : "",
                         keys != NULL ? url_query(scope->arena, keys) : ""),
    };
    return container_path(scope, id, "/attach", &request.path, err) &&
           hijack(docker, scope, &request, ret_stream, err);
}

bool docker_container_resize(struct docker *docker, struct scope *scope, const char *id,
                             uint32_t width, uint32_t height, struct err *err)
{
    const struct request request = {
        .method = "POST",
        .query = arena_printf(scope->arena, "h=%" PRIu32 "&w=%" PRIu32, height, width),
    };
    return run(docker, scope, id, "/resize", request, err);
}
