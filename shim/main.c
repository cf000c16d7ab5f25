/*
 * dockershimd: reads its settings, makes what the handlers share, serves until a signal ends it,
 * and takes everything down again in the opposite order.
 *
 * Exit status: 0 after a signal, 1 if it cannot serve, 2 for a wrong flag or value.
 */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <uv.h>

#include "cri/stream/server.h"
#include "shim/base/keylock.h"
#include "shim/base/log.h"
#include "shim/flags.h"
#include "shim/inventory/inventory.h"
#include "shim/logs/logs.h"
#include "shim/loop.h"
#include "shim/notify.h"
#include "shim/reconcile.h"
#include "shim/rpc/flight.h"
#include "shim/rpc/rpc.h"
#include "shim/rpc/stream_ops.h"
#include "shim/startup.h"
#include "shim/stats/stats.h"

enum { EXIT_USAGE = 2 };

/* What was on the command line, to be read again at HUP. */
struct command {
    int argc;
    char **argv;
};

/* Before the first thread: threads inherit the signal mask, and the handlers of libuv want that
 * only the main one can get signals. */
static void prepare_process(void)
{
    sigset_t all;
    (void)sigfillset(&all); /* none of these calls can fail with these arguments */
    (void)pthread_sigmask(SIG_BLOCK, &all, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)umask(022); /* CNI plugins inherit it; our own files have their modes said */
    /* An arena of malloc's for each of many threads costs more memory than it saves time. */
    (void)mallopt(M_ARENA_MAX, 2);
    /* Each request to the engine that waits holds three descriptors. */
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit); /* a soft limit may always be raised so far */
    }
}

/* At HUP. Of all settings only the log level can change while calls are served. */
static void reload(void *context)
{
    const struct command *command = context;
    struct arena *arena = arena_create();
    struct flags flags;
    struct err err = ERR_INIT;
    if (flags_parse(arena, command->argc, command->argv, &flags, &err)) {
        log_level_set(flags.settings.log_level);
        log_info("reloaded: the log level was read again; other settings need a restart");
    } else {
        log_error("not reloaded: %s", err.text);
    }
    arena_destroy(arena);
}

static void daemon_done(struct daemon *daemon)
{
    flight_destroy(daemon->pulls);
    stats_destroy(daemon->stats);
    logs_destroy(daemon->logs);
    network_destroy(daemon->network);
    inventory_destroy(daemon->inventory);
    docker_destroy(daemon->docker);
    keylock_destroy(daemon->names);
}

static bool daemon_init(struct daemon *daemon, const struct settings *settings, struct arena *arena,
                        struct err *err)
{
    const struct docker_options docker = {
        .endpoint = settings->docker_endpoint,
        .tls_ca = settings->docker_tls_ca,
        .tls_cert = settings->docker_tls_cert,
        .tls_key = settings->docker_tls_key,
        .timeout_ns = settings->runtime_request_timeout_ns,
    };
    const char *log_directory = arena_printf(arena, "%s/logs", settings->root_directory);
    *daemon =
        (struct daemon){.settings = settings, .names = keylock_create(), .pulls = flight_create()};
    if ((daemon->docker = docker_create(&docker, err)) != NULL &&
        (daemon->inventory = inventory_create(daemon->docker, err)) != NULL &&
        (daemon->network = network_create(settings, err)) != NULL &&
        (daemon->logs = logs_create(log_directory, err)) != NULL &&
        (daemon->stats = stats_create("", err)) != NULL)
        return true;
    daemon_done(daemon);
    return false;
}

/* Serves until a signal; then the listener goes first, so that nobody new comes in. */
static bool serve(struct daemon *daemon, uv_loop_t *uv, struct listener *listener,
                  struct command *command, struct arena *arena, struct err *err)
{
    const char *endpoint = daemon->settings->container_runtime_endpoint;
    const struct server_options options = {
        .methods = rpc_table(), .method_count = RPC_COUNT, .daemon = daemon};
    struct server *server = server_create(&options, err);
    if (server == NULL) {
        listener_destroy(listener);
        return false;
    }
    struct startup *startup = startup_begin(daemon, err);
    struct reconcile *reconcile = startup != NULL ? reconcile_begin(daemon, err) : NULL;
    bool ok = reconcile != NULL;
    if (ok) {
        const struct loop_options loop = {
            .uv = uv, .listener = listener, .server = server, .reload = reload, .context = command};
        log_info("dockershimd %s serves the CRI on %s", DOCKERSHIMD_VERSION, endpoint);
        notify(arena_printf(arena, "READY=1\nSTATUS=serving the CRI on %s", endpoint));
        ok = loop_run(&loop, err);
        notify("STOPPING=1\nSTATUS=waiting for calls in flight");
    }
    listener_destroy(listener);
    reconcile_end(reconcile);
    startup_end(startup);
    server_destroy(server, daemon->settings->drain_timeout_ns);
    return ok;
}

/* The stream endpoints live on the main thread's loop, longer than the handlers that ask for their
 * URLs. */
static bool serve_streams(struct daemon *daemon, struct listener *listener, struct command *command,
                          struct arena *arena, struct err *err)
{
    const struct stream_ops ops = stream_ops(daemon);
    const struct stream_server_options options = {
        .bind_address = daemon->settings->streaming_bind_addr, .ops = &ops};
    uv_loop_t uv;
    int result = uv_loop_init(&uv);
    if (result != 0) {
        listener_destroy(listener);
        return err_errno(err, -result, "start the main loop");
    }
    daemon->streams = stream_server_create(&uv, &options, err);
    bool ok = daemon->streams != NULL;
    if (ok)
        ok = serve(daemon, &uv, listener, command, arena, err);
    else
        listener_destroy(listener);
    stream_server_destroy(daemon->streams);
    (void)uv_loop_close(&uv); /* fails only for handles that are left */
    return ok;
}

static bool run(const struct settings *settings, struct command *command, struct arena *arena,
                struct err *err)
{
    const struct listener_options options = {.endpoint = settings->container_runtime_endpoint,
                                             .group = settings->socket_group};
    struct daemon daemon;
    if (!daemon_init(&daemon, settings, arena, err))
        return false;
    struct listener *listener = listener_create(&options, err);
    bool ok = listener != NULL && serve_streams(&daemon, listener, command, arena, err);
    daemon_done(&daemon);
    return ok;
}

static int start(struct arena *arena, struct command *command)
{
    struct flags flags;
    struct err err = ERR_INIT;
    if (!flags_parse(arena, command->argc, command->argv, &flags, &err)) {
        (void)fprintf(stderr, "dockershimd: %s\nTry dockershimd --help.\n", err.text);
        return EXIT_USAGE;
    }
    if (flags.action != FLAG_SETTING) {
        flags_print(flags.action, stdout);
        return EXIT_SUCCESS;
    }
    log_level_set(flags.settings.log_level);
    for (size_t i = 0; i < flags.note_count; i++)
        log_warn("%s", flags.notes[i]);
    if (run(&flags.settings, command, arena, &err)) {
        log_info("ended");
        return EXIT_SUCCESS;
    }
    log_error("%s", err.text);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    prepare_process();
    struct command command = {.argc = argc, .argv = argv};
    struct arena *arena = arena_create();
    int status = start(arena, &command);
    arena_destroy(arena);
    return status;
}
