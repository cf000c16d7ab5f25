#include "dockerapi/image.h"

#include <stdlib.h>
#include <string.h>

#include "dockerapi/json_stream.h"
#include "dockerapi/request.h"
#include "dockerapi/url.h"
#include "shim/base/base64.h"
#include "shim/base/cleanup.h"

/* "/images/REFERENCE<verb>" */
static bool image_path(struct scope *scope, const char *reference, const char *verb,
                       const char **ret_path, struct err *err)
{
    const char *path;
    if (!url_reference(scope->arena, reference, &path, err))
        return false;
    *ret_path = arena_printf(scope->arena, "/images/%s%s", path, verb);
    return true;
}

static bool get(struct docker *docker, struct scope *scope, const char *reference, const char *verb,
                json_type type, json_t **ret_document, struct err *err)
{
    struct request request = {.method = "GET"};
    return image_path(scope, reference, verb, &request.path, err) &&
           request_json(docker, scope, &request, type, ret_document, err);
}

bool docker_image_list(struct docker *docker, struct scope *scope, json_t **ret_array,
                       struct err *err)
{
    static const struct request REQUEST = {.method = "GET", .path = "/images/json"};
    return request_json(docker, scope, &REQUEST, JSON_ARRAY, ret_array, err);
}

bool docker_image_inspect(struct docker *docker, struct scope *scope, const char *reference,
                          json_t **ret_document, struct err *err)
{
    return get(docker, scope, reference, "/json", JSON_OBJECT, ret_document, err);
}

bool docker_image_history(struct docker *docker, struct scope *scope, const char *reference,
                          json_t **ret_array, struct err *err)
{
    return get(docker, scope, reference, "/history", JSON_ARRAY, ret_array, err);
}

bool docker_image_remove(struct docker *docker, struct scope *scope, const char *reference,
                         bool force, struct err *err)
{
    struct request request = {.method = "DELETE", .query = force ? "force=1" : NULL};
    return image_path(scope, reference, "", &request.path, err) &&
           request_run(docker, scope, &request, err);
}

/* A request whose answer is a stream of messages. */
struct messages {
    struct json_stream json;
    docker_tick_fn *tick;
    void *context;
};

static bool on_bytes(void *context, const char *bytes, size_t length, struct err *err)
{
    struct messages *messages = context;
    return json_stream_feed(&messages->json, bytes, length, err);
}

static bool on_tick(void *context, struct err *err)
{
    struct messages *messages = context;
    return messages->tick(messages->context, err);
}

static bool run_messages(struct docker *docker, struct scope *scope, struct request request,
                         docker_progress_fn *progress, docker_tick_fn *tick, void *context,
                         struct err *err)
{
    struct messages messages = {.tick = tick, .context = context};
    const struct request_stream stream = {
        .bytes = on_bytes, .tick = tick != NULL ? on_tick : NULL, .context = &messages};
    request.stream = &stream;
    json_stream_init(&messages.json, progress, context);
    bool ok = request_run(docker, scope, &request, err) &&
              (json_stream_end(&messages.json, err) || request_wrap(&request, err));
    json_stream_done(&messages.json);
    return ok;
}

static bool registry_auth(struct scope *scope, const json_t *auth, const char **ret_header,
                          struct err *err)
{
    auto_free char *text = json_dumps(auth, JSON_COMPACT);
    if (text == NULL)
        return err_set(err, CODE_INTERNAL, "docker: the credentials cannot be written as JSON");
    *ret_header = base64_encode_url(scope->arena, text, strlen(text));
    explicit_bzero(text, strlen(text));
    return true;
}

bool docker_image_pull(struct docker *docker, struct scope *scope, const struct docker_pull *pull,
                       struct err *err)
{
    struct request request = {
        .method = "POST",
        .path = "/images/create",
        .query = arena_printf(scope->arena, "fromImage=%s&tag=%s",
                              url_query(scope->arena, pull->repository),
                              url_query(scope->arena, pull->tag)),
        .endless = true,
    };
    /* Docker would pull every tag of a repository that comes without one. */
    if (pull->repository[0] == '\0' || pull->tag[0] == '\0')
        return err_set(err, CODE_INVALID_ARGUMENT, "docker: a pull needs a repository and a tag");
    if (pull->auth != NULL && !registry_auth(scope, pull->auth, &request.registry_auth, err))
        return false;
    return run_messages(docker, scope, request, pull->progress, pull->tick, pull->context, err);
}

bool docker_image_load(struct docker *docker, struct scope *scope, const void *tar, size_t length,
                       docker_progress_fn *progress, void *context, struct err *err)
{
    const struct request request = {
        .method = "POST",
        .path = "/images/load",
        .query = "quiet=1",
        .archive = tar,
        .archive_length = length,
    };
    return run_messages(docker, scope, request, progress, NULL, context, err);
}
