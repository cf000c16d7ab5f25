#include "test/transcript/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "shim/base/alloc.h"
#include "test/transcript/engine_impl.h"

/* A daemon that does not do what the script says is waited for this long; it is no measurement. */
enum { PATIENCE_S = 30 };

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
    if (pthread_create(&engine->acceptor, NULL, engine_accept, engine) != 0)
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
    engine_apply(engine, step);
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
