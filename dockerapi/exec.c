#include "dockerapi/exec.h"

#include <inttypes.h>

#include "dockerapi/hijack.h"
#include "dockerapi/request.h"
#include "dockerapi/url.h"

/* "/exec/ID<verb>" */
static bool exec_path(struct scope *scope, const char *exec_id, const char *verb,
                      const char **ret_path, struct err *err)
{
    const char *segment;
    if (!url_segment(scope->arena, "exec id", exec_id, &segment, err))
        return false;
    *ret_path = arena_printf(scope->arena, "/exec/%s%s", segment, verb);
    return true;
}

bool docker_exec_create(struct docker *docker, struct scope *scope, const char *container_id,
                        json_t *body, json_t **ret_document, struct err *err)
{
    const char *segment;
    if (!url_segment(scope->arena, "container id", container_id, &segment, err))
        return false;
    const struct request request = {
        .method = "POST",
        .path = arena_printf(scope->arena, "/containers/%s/exec", segment),
        .document = body,
    };
    return request_json(docker, scope, &request, JSON_OBJECT, ret_document, err);
}

bool docker_exec_inspect(struct docker *docker, struct scope *scope, const char *exec_id,
                         json_t **ret_document, struct err *err)
{
    struct request request = {.method = "GET"};
    return exec_path(scope, exec_id, "/json", &request.path, err) &&
           request_json(docker, scope, &request, JSON_OBJECT, ret_document, err);
}

bool docker_exec_start(struct docker *docker, struct scope *scope, const char *exec_id,
                       json_t *body, struct docker_stream *ret_stream, struct err *err)
{
    struct request request = {.method = "POST", .document = body};
    return exec_path(scope, exec_id, "/start", &request.path, err) &&
           hijack(docker, scope, &request, ret_stream, err);
}

bool docker_exec_resize(struct docker *docker, struct scope *scope, const char *exec_id,
                        uint32_t width, uint32_t height, struct err *err)
{
    struct request request = {
        .method = "POST",
        .query = arena_printf(scope->arena, "h=%" PRIu32 "&w=%" PRIu32, height, width),
    };
    return exec_path(scope, exec_id, "/resize", &request.path, err) &&
           request_run(docker, scope, &request, err);
}
