#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/transcript/engine_impl.h"

static const char *api_version(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    const char *version = engine->api_version;
    pthread_mutex_unlock(&engine->lock);
    return version;
}

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
    const struct step *step = engine_match(engine, arena, &request, &reply);
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

void *engine_accept(void *argument)
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
