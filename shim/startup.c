#include "shim/startup.h"

#include <pthread.h>
#include <stdlib.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"
#include "shim/base/wait.h"
#include "shim/inventory/inventory.h"
#include "shim/inventory/pause_image.h"
#include "shim/rpc/container_log.h"
#include "shim/translate/container_status.h"

struct startup {
    struct daemon *daemon;
    struct cancel cancel;
    pthread_t thread;
};

/* One try to reach the engine. */
static bool ask_engine(struct startup *startup, struct err *err)
{
    struct scope scope = {.arena = arena_create(), .cancel = &startup->cancel};
    struct engine engine;
    bool ok = daemon_engine(startup->daemon, &scope, &engine, err);
    if (ok)
        log_info("Docker Engine %s answers (API %d.%d, storage driver %s, cgroup driver %s)",
                 engine.version, engine.api_version / 100, engine.api_version % 100,
                 engine.storage_driver, engine.systemd_cgroup ? "systemd" : "cgroupfs");
    arena_destroy(scope.arena);
    return ok;
}

/* Every second; an engine that is away is told of once. False when we are to end. */
static bool wait_for_engine(struct startup *startup)
{
    struct err err = ERR_INIT;
    for (bool told = false; !ask_engine(startup, &err);) {
        struct err ended = ERR_INIT;
        if (!cancel_check(&startup->cancel, &ended))
            return false;
        if (!told)
            log_warn("waiting for Docker Engine: %s", err.text);
        told = true;
        if (!wait_for(&startup->cancel, NS_PER_S, &ended))
            return false;
    }
    return true;
}

/* Containers that ran on while we did not. Those that have ended are completed when they are
 * listed. */
static void resume_logs(struct startup *startup, struct scope *scope)
{
    struct err err = ERR_INIT;
    json_t **containers;
    size_t count;
    if (!inventory_containers(startup->daemon->inventory, scope, NULL, &containers, &count, &err)) {
        log_warn("the logs of running containers are not followed yet: %s", err.text);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (container_state(containers[i]) == CRI__CONTAINER_STATE__CONTAINER_RUNNING &&
            !container_log_begin(startup->daemon, containers[i], &err))
            log_warn("the log of container %s is not followed: %s", container_id(containers[i]),
                     err.text);
}

/* So that the first pod does not wait for it; it is looked for again with each pod. */
static void prepare_pause_image(struct startup *startup, struct scope *scope)
{
    struct daemon *daemon = startup->daemon;
    struct err err = ERR_INIT;
    const char *image;
    if (!pause_image_ensure(daemon->docker, scope, daemon->names, daemon->settings, &image, &err) &&
        err.code != CODE_CANCELLED)
        log_warn("the pause image is not there yet: %s", err.text);
}

static void *startup_main(void *argument)
{
    struct startup *startup = argument;
    if (!wait_for_engine(startup))
        return NULL;
    struct scope scope = {.arena = arena_create(), .cancel = &startup->cancel};
    resume_logs(startup, &scope);
    prepare_pause_image(startup, &scope);
    arena_destroy(scope.arena);
    return NULL;
}

struct startup *startup_begin(struct daemon *daemon, struct err *err)
{
    struct startup *startup = xcalloc(1, sizeof(*startup));
    startup->daemon = daemon;
    cancel_init(&startup->cancel, CLOCK_NEVER);
    int result = pthread_create(&startup->thread, NULL, startup_main, startup);
    if (result == 0)
        return startup;
    (void)err_errno(err, result, "start a thread");
    cancel_done(&startup->cancel);
    free(startup);
    return NULL;
}

void startup_end(struct startup *startup)
{
    if (startup == NULL)
        return;
    cancel_fire(&startup->cancel);
    (void)pthread_join(startup->thread, NULL); /* it is joinable, and not this thread */
    cancel_done(&startup->cancel);
    free(startup);
}
