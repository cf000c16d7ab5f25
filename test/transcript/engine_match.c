#include <string.h>

#include "shim/base/base64.h"
#include "test/lib/json_subset.h"
#include "test/transcript/engine_impl.h"

void engine_complain(struct engine *engine, const struct err *err)
{
    pthread_mutex_lock(&engine->lock);
    if (engine->complaint.code == CODE_OK)
        engine->complaint = *err;
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
}

static const struct step *next_docker_step(struct engine *engine)
{
    while (engine->next < engine->script->step_count &&
           engine->script->steps[engine->next].kind != STEP_DOCKER)
        engine->next++;
    return engine->next < engine->script->step_count ? &engine->script->steps[engine->next] : NULL;
}

/* "/version" of "/v1.43/version" */
static const char *without_version(const char *target)
{
    size_t digits = strncmp(target, "/v", 2) == 0 ? strspn(target + 2, "0123456789.") : 0;
    return digits > 0 ? target + 2 + digits : target;
}

/* What the engine answers without a script; false if that is nothing. The pause image is what the
 * daemon asks for last at its start. */
static bool answer_alone(struct engine *engine, struct arena *arena, const char *path,
                         struct reply *ret_reply)
{
    *ret_reply = (struct reply){.kind = REPLY_ANSWER, .status = 200};
    bool known = true;
    pthread_mutex_lock(&engine->lock);
    if (strncmp(path, "/images/", 8) == 0)
        engine->greeted = true;
    pthread_cond_broadcast(&engine->changed);
    if (strcmp(path, "/version") == 0)
        ret_reply->body = engine->script->version;
    else if (strcmp(path, "/info") == 0)
        ret_reply->body = engine->script->info;
    else if (strncmp(path, "/events?", 8) == 0)
        ret_reply->kind = REPLY_EVENTS;
    else if (strcmp(path, "/_ping") != 0)
        known = node_answer(&engine->node, arena, path, ret_reply);
    pthread_mutex_unlock(&engine->lock);
    return known;
}

static bool body_is_right(struct arena *arena, const struct step *step,
                          const struct http_request *request, struct err *err)
{
    json_t *body = arena_json(arena, json_loads(request->body, JSON_DECODE_ANY, NULL));
    return step->body == NULL || json_subset(step->body, body, err) || err_wrap(err, "body");
}

static bool auth_is_right(struct arena *arena, const struct step *step,
                          const struct http_request *request, struct err *err)
{
    const char *header = http_header(arena, request, "X-Registry-Auth");
    char *text;
    size_t length;
    json_t *auth = NULL;
    if (header != NULL && base64_decode(arena, header, &text, &length))
        auth = arena_json(arena, json_loads(text, 0, NULL));
    return step->auth == NULL || json_subset(step->auth, auth, err) || err_wrap(err, "auth");
}

static void tell_event(struct engine *engine, struct arena *arena, json_t *event)
{
    for (size_t i = 0; i < engine->connection_count; i++)
        if (engine->connections[i].fd >= 0 && engine->connections[i].is_events)
            http_send_document(arena, engine->connections[i].fd, event);
}

void engine_apply(struct engine *engine, size_t index)
{
    if (engine->changed_by[index])
        return;
    struct arena *arena = arena_create();
    engine->changed_by[index] = true;
    tell_event(engine, arena, node_change(&engine->node, arena, &engine->script->steps[index]));
    arena_destroy(arena);
}

/* The changes that follow upon a request. */
static void take_changes(struct engine *engine, size_t index)
{
    while (index < engine->script->step_count && engine->script->steps[index].kind == STEP_CHANGE)
        engine_apply(engine, index++);
}

/* The step that is next if the request is what it wants, else NULL. */
static const struct step *take_step(struct engine *engine, struct arena *arena,
                                    const struct http_request *request,
                                    const struct step **ret_expected)
{
    pthread_mutex_lock(&engine->lock);
    const struct step *step = *ret_expected = next_docker_step(engine);
    if (!engine->greeted || step == NULL || strcmp(step->verb, request->method) != 0 ||
        !http_target_matches(arena, step->target, request->target))
        step = NULL;
    else
        take_changes(engine, ++engine->next);
    pthread_mutex_unlock(&engine->lock);
    return step;
}

const struct step *engine_match(struct engine *engine, struct arena *arena,
                                const struct http_request *request, struct reply *ret_reply)
{
    struct err err = ERR_INIT;
    const struct step *step, *expected;
    if ((step = take_step(engine, arena, request, &expected)) != NULL) {
        *ret_reply = step->reply;
        if (!body_is_right(arena, step, request, &err) ||
            !auth_is_right(arena, step, request, &err)) {
            err_wrap(&err, "line %d: %s %s", step->line, request->method, request->target);
            engine_complain(engine, &err);
        }
        return step;
    }
    if (strcmp(request->method, "GET") == 0 &&
        answer_alone(engine, arena, without_version(request->target), ret_reply))
        return NULL;
    err_set(&err, CODE_UNKNOWN, "unexpected %s %s; the script goes on with %s %s (line %d)",
            request->method, request->target, expected != NULL ? expected->verb : "nothing",
            expected != NULL ? expected->target : "", expected != NULL ? expected->line : 0);
    engine_complain(engine, &err);
    *ret_reply = (struct reply){.kind = REPLY_CLOSE};
    return NULL;
}
