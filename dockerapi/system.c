/* The calls about the engine itself, which docker.h declares. */
#include "dockerapi/client.h"
#include "dockerapi/request.h"
#include "shim/base/clock.h"

static bool get_shared(struct docker *docker, struct scope *scope, const char *path,
                       struct cached *cached, int64_t max_age_ns, json_t **ret_document,
                       struct err *err)
{
    const struct request request = {.method = "GET", .path = path};
    struct shared *answer = max_age_ns > 0 ? client_cached(docker, cached, max_age_ns) : NULL;
    if (answer == NULL) {
        int64_t asked_ns = clock_mono_ns();
        uint64_t generation;
        json_t *document;
        if (!request_take(docker, scope, &request, JSON_OBJECT, &document, &generation, err))
            return false;
        answer = shared_create(document);
        client_cache(docker, cached, answer, asked_ns, generation);
    }
    arena_defer(scope->arena, shared_unref, answer);
    *ret_document = shared_document(answer);
    return true;
}

bool docker_version(struct docker *docker, struct scope *scope, int64_t max_age_ns,
                    json_t **ret_document, struct err *err)
{
    return get_shared(docker, scope, "/version", &docker->version_answer, max_age_ns, ret_document,
                      err);
}

bool docker_info(struct docker *docker, struct scope *scope, int64_t max_age_ns,
                 json_t **ret_document, struct err *err)
{
    return get_shared(docker, scope, "/info", &docker->info_answer, max_age_ns, ret_document, err);
}

bool docker_disk_usage(struct docker *docker, struct scope *scope, json_t **ret_document,
                       struct err *err)
{
    /* Before API 1.42 the query is not looked at. */
    static const struct request REQUEST = {
        .method = "GET", .path = "/system/df", .query = "type=image"};
    return request_json(docker, scope, &REQUEST, JSON_OBJECT, ret_document, err);
}
