#include "test/transcript/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "shim/base/alloc.h"
#include "shim/base/base64.h"
#include "test/lib/json_subset.h"
#include "test/transcript/http.h"
#include "test/transcript/node.h"

/* A daemon that does not do what the script says is waited for this long; it is no measurement. */
enum { CONNECTIONS_MAX = 256, PATIENCE_S = 30 };

struct connection {
    struct engine *engine;
    int fd;         /* -1: closed */
    bool is_events; /* the daemon listens to events on it */
    pthread_t thread;
};

struct engine {
    const struct script *script;
    const char *path;

    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t changed;
    pthread_t acceptor;
    int listener; /* -1: down */
    const char *api_version;
    bool greeted; /* the daemon has asked all that it asks at its start */
    struct node node;
    size_t next;                       /* step that the next request belongs to */
    bool changed_by[SCRIPT_STEPS_MAX]; /* steps that were carried out */
    size_t played;   /* steps before this one were answered as far as they are to be */
    size_t released; /* late replies of steps before this one may go */
    int hang_count;  /* connections that the daemon has to close */
    struct connection connections[CONNECTIONS_MAX];
    size_t connection_count;
    struct err complaint;
};

static void complain(struct engine *engine, const struct err *err)
{
    pthread_mutex_lock(&engine->lock);
    if (engine->complaint.code == CODE_OK)
        engine->complaint = *err;
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
}

/* ---- what a request is, and what it gets */

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

static const char *api_version(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    const char *version = engine->api_version;
    pthread_mutex_unlock(&engine->lock);
    return version;
}

static void tell_event(struct engine *engine, struct arena *arena, json_t *event)
{
    for (size_t i = 0; i < engine->connection_count; i++)
        if (engine->connections[i].fd >= 0 && engine->connections[i].is_events)
            http_send_document(arena, engine->connections[i].fd, event);
}

static void change(struct engine *engine, size_t index)
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
        change(engine, index++);
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

/* The step that the request belongs to. NULL if it belongs to none: then the engine answers it by
 * itself, or complains. */
static const struct step *match(struct engine *engine, struct arena *arena,
                                const struct http_request *request, struct reply *ret_reply)
{
    struct err err = ERR_INIT;
    const struct step *step, *expected;
    if ((step = take_step(engine, arena, request, &expected)) != NULL) {
        *ret_reply = step->reply;
        if (!body_is_right(arena, step, request, &err) ||
            !auth_is_right(arena, step, request, &err)) {
            err_wrap(&err, "line %d: %s %s", step->line, request->method, request->target);
            complain(engine, &err);
        }
        return step;
    }
    if (strcmp(request->method, "GET") == 0 &&
        answer_alone(engine, arena, without_version(request->target), ret_reply))
        return NULL;
    err_set(&err, CODE_UNKNOWN, "unexpected %s %s; the script goes on with %s %s (line %d)",
            request->method, request->target, expected != NULL ? expected->verb : "nothing",
            expected != NULL ? expected->target : "", expected != NULL ? expected->line : 0);
    complain(engine, &err);
    *ret_reply = (struct reply){.kind = REPLY_CLOSE};
    return NULL;
}

/* ---- playing it */

static void wait_for_release(struct engine *engine, const struct step *step)
{
    pthread_mutex_lock(&engine->lock);
    while (engine->released <= (size_t)(step - engine->script->steps) && engine->listener >= 0)
        pthread_cond_wait(&engine->changed, &engine->lock);
    pthread_mutex_unlock(&engine->lock);
}

/* Until the daemon closes the connection, or the engine ends it. */
static void wait_for_close(int fd)
{
    char byte;
    while (recv(fd, &byte, 1, 0) > 0) {
    }
}

static void mark_closed(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    engine->hang_count--;
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
}

/* No event may come before the answer's head, and none may be missed after it. */
static bool begin_events(struct connection *connection, struct arena *arena,
                         const struct reply *reply)
{
    struct engine *engine = connection->engine;
    pthread_mutex_lock(&engine->lock);
    bool keep = http_play(arena, connection->fd, reply, engine->api_version);
    connection->is_events = true;
    pthread_mutex_unlock(&engine->lock);
    return keep;
}

static void mark_played(struct engine *engine, const struct step *step, bool hangs)
{
    pthread_mutex_lock(&engine->lock);
    if (hangs)
        engine->hang_count++;
    if (step != NULL)
        engine->played = (size_t)(step - engine->script->steps) + 1;
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
}

/* False when the connection is to be closed. */
static bool serve_one(struct connection *connection, struct arena *arena)
{
    struct engine *engine = connection->engine;
    struct http_request request;
    struct reply reply;
    if (!http_request_read(arena, connection->fd, &request))
        return false;
    const struct step *step = match(engine, arena, &request, &reply);
    if (reply.kind != REPLY_RESET)
        http_request_finish(connection->fd);
    if (reply.kind == REPLY_LATE) {
        mark_played(engine, step, false);
        wait_for_release(engine, step);
    }
    bool hangs = reply.kind == REPLY_HANG || reply.end == END_HANG;
    bool keep = reply.kind == REPLY_EVENTS
                    ? begin_events(connection, arena, &reply)
                    : http_play(arena, connection->fd, &reply, api_version(engine));
    mark_played(engine, step, hangs);
    if (hangs || reply.kind == REPLY_STUCK || reply.kind == REPLY_EVENTS)
        wait_for_close(connection->fd);
    if (hangs)
        mark_closed(engine);
    return keep;
}

static void *serve(void *argument)
{
    struct connection *connection = argument;
    struct engine *engine = connection->engine;
    bool keep = true;
    while (keep) {
        struct arena *arena = arena_create();
        keep = serve_one(connection, arena);
        arena_destroy(arena);
    }
    pthread_mutex_lock(&engine->lock);
    (void)close(connection->fd);
    connection->fd = -1;
    pthread_mutex_unlock(&engine->lock);
    return NULL;
}

static void *accept_all(void *argument)
{
    struct engine *engine = argument;
    for (int fd; (fd = accept(engine->listener, NULL, NULL)) >= 0;) {
        pthread_mutex_lock(&engine->lock);
        size_t index = engine->connection_count++;
        if (index == CONNECTIONS_MAX)
            abort();
        struct connection *connection = &engine->connections[index];
        *connection = (struct connection){.engine = engine, .fd = fd};
        if (pthread_create(&connection->thread, NULL, serve, connection) != 0)
            abort();
        pthread_mutex_unlock(&engine->lock);
    }
    return NULL;
}

/* ---- the runner's side */

bool engine_come_up(struct engine *engine, const char *api_version, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)strncpy(address.sun_path, engine->path, sizeof(address.sun_path) - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(fd, CONNECTIONS_MAX) != 0)
        return err_errno(err, errno, "fake engine at %s", engine->path);
    pthread_mutex_lock(&engine->lock);
    engine->listener = fd;
    if (api_version[0] != '\0')
        engine->api_version = api_version;
    pthread_mutex_unlock(&engine->lock);
    if (pthread_create(&engine->acceptor, NULL, accept_all, engine) != 0)
        abort();
    return true;
}

void engine_go_down(struct engine *engine)
{
    if (engine->listener < 0)
        return;
    (void)unlink(engine->path);
    (void)shutdown(engine->listener, SHUT_RDWR);
    (void)pthread_join(engine->acceptor, NULL);
    pthread_mutex_lock(&engine->lock);
    (void)close(engine->listener);
    engine->listener = -1;
    for (size_t i = 0; i < engine->connection_count; i++)
        if (engine->connections[i].fd >= 0)
            (void)shutdown(engine->connections[i].fd, SHUT_RDWR);
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
    for (size_t i = 0; i < engine->connection_count; i++)
        (void)pthread_join(engine->connections[i].thread, NULL);
    engine->connection_count = 0;
}

struct engine *engine_create(const struct script *script, const char *path, struct err *err)
{
    struct engine *engine = xcalloc(1, sizeof(*engine));
    engine->script = script;
    engine->path = path;
    engine->listener = -1;
    engine->api_version = script->api_version;
    engine->greeted = script->plays_start;
    node_init(&engine->node, script);
    (void)pthread_mutex_init(&engine->lock, NULL);
    (void)pthread_cond_init(&engine->changed, NULL);
    if (script->down || engine_come_up(engine, "", err))
        return engine;
    engine_destroy(engine);
    return NULL;
}

void engine_destroy(struct engine *engine)
{
    engine_go_down(engine);
    node_done(&engine->node);
    (void)pthread_mutex_destroy(&engine->lock);
    (void)pthread_cond_destroy(&engine->changed);
    free(engine);
}

void engine_release(struct engine *engine, size_t step)
{
    pthread_mutex_lock(&engine->lock);
    engine->released = step;
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
}

void engine_change(struct engine *engine, size_t step)
{
    pthread_mutex_lock(&engine->lock);
    change(engine, step);
    pthread_mutex_unlock(&engine->lock);
}

static size_t last_docker_step_before(const struct engine *engine, size_t step)
{
    while (step > 0 && engine->script->steps[step - 1].kind != STEP_DOCKER)
        step--;
    return step;
}

/* Waits under the lock until `done` is true, a complaint is there, or patience ends. */
static bool await(struct engine *engine, bool done(const struct engine *engine, size_t argument),
                  size_t argument)
{
    struct timespec end;
    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&engine->lock);
    while (!done(engine, argument) && engine->complaint.code == CODE_OK &&
           pthread_cond_timedwait(&engine->changed, &engine->lock, &end) == 0) {
    }
    bool ok = done(engine, argument);
    pthread_mutex_unlock(&engine->lock);
    return ok;
}

static bool has_played(const struct engine *engine, size_t step)
{
    return engine->played >= step;
}

static bool has_no_hangs(const struct engine *engine, size_t ignored)
{
    (void)ignored;
    return engine->hang_count == 0;
}

bool engine_await(struct engine *engine, size_t step, struct err *err)
{
    size_t wanted = last_docker_step_before(engine, step);
    if (await(engine, has_played, wanted) && engine_check(engine, err))
        return true;
    if (!engine_check(engine, err))
        return false;
    const struct step *missing = &engine->script->steps[wanted - 1];
    return err_set(err, CODE_UNKNOWN, "line %d: the daemon never asked %s %s", missing->line,
                   missing->verb, missing->target);
}

static bool has_greeted(const struct engine *engine, size_t ignored)
{
    (void)ignored;
    return engine->greeted;
}

bool engine_await_greeting(struct engine *engine, struct err *err)
{
    return await(engine, has_greeted, 0) ||
           err_set(err, CODE_UNKNOWN, "the daemon did not ask for its pause image at its start");
}

bool engine_await_hangs(struct engine *engine, struct err *err)
{
    return await(engine, has_no_hangs, 0) ||
           err_set(err, CODE_UNKNOWN, "the daemon left a request to Docker hanging");
}

bool engine_check(struct engine *engine, struct err *err)
{
    pthread_mutex_lock(&engine->lock);
    bool ok = engine->complaint.code == CODE_OK;
    if (!ok)
        *err = engine->complaint;
    pthread_mutex_unlock(&engine->lock);
    return ok;
}
