/*
 * transcript: plays transcripts, each with a daemon and a fake engine of its own, and says in TAP
 * how it went.
 *
 * usage: transcript DAEMON FILE...      Ends with "transcript: N passed, N failed, N skipped".
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shim/base/clock.h"
#include "shim/base/file.h"
#include "test/client/channel.h"
#include "test/client/rpc.h"
#include "test/lib/json_subset.h"
#include "test/lib/pbjson.h"
#include "test/transcript/daemon.h"
#include "test/transcript/engine.h"

enum { PATIENCE_S = 30 };

/* A call under way. A thread of its own waits for its end, for nothing moves without one. */
struct call {
    struct rpc rpc;
    struct exchange *exchange; /* NULL: no call is under way */
    pthread_t thread;
    struct arena *arena; /* the thread's, until it has ended */
    bool ok;
    struct err status;
    json_t *messages;
};

struct play {
    struct arena *arena;
    const struct script *script;
    struct engine *engine;
    struct channel *channel;
    struct call call;
};

static bool keep_message(void *context, const void *bytes, size_t length)
{
    struct call *call = context;
    const ProtobufCMessage *message = rpc_answer(call->arena, &call->rpc, bytes, length);
    if (message == NULL)
        return false;
    json_array_append_new(call->messages, pbjson_format(message, PBJSON_ALL));
    return true;
}

static void *wait_for_answer(void *argument)
{
    struct call *call = argument;
    call->ok = exchange_wait(call->exchange, keep_message, call, &call->status);
    return NULL;
}

static bool begin_call(struct play *play, const struct step *step, struct err *err)
{
    uint8_t *bytes;
    size_t length;
    struct call *call = &play->call;
    *call = (struct call){.arena = play->arena, .status = ERR_INIT};
    call->messages = arena_json(play->arena, json_array());
    if (!rpc_find(step->method, &call->rpc, err) ||
        !rpc_request(play->arena, &call->rpc, step->request, &bytes, &length, err))
        return false;
    call->exchange = exchange_start(play->channel, rpc_path(play->arena, &call->rpc), bytes, length,
                                    step->timeout_s);
    if (pthread_create(&call->thread, NULL, wait_for_answer, call) != 0)
        abort();
    return true;
}

static void join_call(struct call *call)
{
    (void)pthread_join(call->thread, NULL); /* it is joinable, and not this thread */
    exchange_destroy(call->exchange);
    call->exchange = NULL;
}

static bool compare(const struct step *step, const struct call *call, struct err *err)
{
    enum code code = call->ok ? CODE_OK : call->status.code;
    if (code != step->code)
        return err_set(err, CODE_UNKNOWN, "wanted %s, got %s %s", code_name(step->code),
                       code_name(code), call->status.text);
    if (step->text != NULL && strstr(call->status.text, step->text) == NULL)
        return err_set(err, CODE_UNKNOWN, "wanted \"%s\" in: %s", step->text, call->status.text);
    return step->messages == NULL || json_subset(step->messages, call->messages, err) ||
           err_wrap(err, "answer");
}

static bool end_call(struct play *play, size_t index, struct err *err)
{
    join_call(&play->call);
    engine_release(play->engine, index);
    /* What Docker was asked wrongly explains a wrong answer, so it comes first. */
    return engine_check(play->engine, err) &&
           compare(&play->script->steps[index], &play->call, err) &&
           engine_await(play->engine, index, err);
}

/* Calls again and again until the outcome is the wanted one. */
static bool await_outcome(struct play *play, size_t index, struct err *err)
{
    const struct timespec pause = {.tv_nsec = 5 * NS_PER_MS};
    size_t rpc = index;
    while (play->script->steps[rpc].kind != STEP_RPC)
        rpc--;
    for (int64_t end_ns = clock_mono_ns() + PATIENCE_S * NS_PER_S;;) {
        if (end_call(play, index, err))
            return true;
        if (!engine_check(play->engine, err) || clock_mono_ns() > end_ns)
            return false;
        (void)nanosleep(&pause, NULL);
        if (!begin_call(play, &play->script->steps[rpc], err))
            return false;
    }
}

static bool play_step(struct play *play, size_t index, struct err *err)
{
    const struct step *step = &play->script->steps[index];
    switch (step->kind) {
    case STEP_RPC:
        return engine_await(play->engine, index, err) && begin_call(play, step, err);
    case STEP_DOCKER:
        return true;
    case STEP_CHANGE:
        if (!engine_await(play->engine, index, err))
            return false;
        engine_change(play->engine, index);
        return true;
    case STEP_CANCEL:
        if (!engine_await(play->engine, index, err))
            return false;
        exchange_cancel(play->call.exchange);
        return true;
    case STEP_ANSWER:
        return step->eventually ? await_outcome(play, index, err) : end_call(play, index, err);
    case STEP_DOWN:
        if (!engine_await(play->engine, index, err))
            return false;
        engine_go_down(play->engine);
        return true;
    case STEP_UP:
        return engine_come_up(play->engine, step->api_version, err) &&
               engine_await_greeting(play->engine, err);
    }
    return false;
}

static bool play_steps(struct play *play, struct err *err)
{
    for (size_t i = 0; i < play->script->step_count; i++)
        if (!play_step(play, i, err))
            return err_wrap(err, "line %d", play->script->steps[i].line);
    return engine_await(play->engine, play->script->step_count, err) &&
           engine_await_hangs(play->engine, err);
}

static void print_log(struct arena *arena, const struct daemon *daemon)
{
    enum { LOG_MAX = 256 * 1024 };
    struct err err = ERR_INIT;
    char *text, *rest;
    size_t length;
    if (!file_read(arena, daemon->log_path, LOG_MAX, &text, &length, &err))
        text = err.text;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        printf("#   %s\n", line);
}

static bool play_with(struct arena *arena, struct daemon *daemon, const char *program,
                      const struct script *script, struct err *err)
{
    struct play play = {.arena = arena, .script = script};
    play.engine = engine_create(script, daemon->docker_path, err);
    if (play.engine == NULL)
        return false;
    bool ok = daemon_start(daemon, arena, program, script, err) &&
              (script->down || engine_await_greeting(play.engine, err));
    if (ok) {
        play.channel = channel_create(daemon->endpoint);
        ok = play_steps(&play, err);
        if (play.call.exchange != NULL) { /* the script has failed */
            exchange_cancel(play.call.exchange);
            join_call(&play.call);
        }
        channel_destroy(play.channel);
    }
    struct err stop_err = ERR_INIT;
    bool stopped = daemon_stop(daemon, &stop_err);
    if (ok && !stopped)
        *err = stop_err;
    ok = ok && stopped && engine_check(play.engine, err);
    engine_destroy(play.engine);
    return ok;
}

/* The file's first line is its title. */
static const char *read_title(struct arena *arena, const char *path)
{
    enum { FILE_MAX = 256 * 1024 };
    struct err err = ERR_INIT;
    char *text;
    size_t length;
    if (!file_read(arena, path, FILE_MAX, &text, &length, &err) || text[0] != '#')
        return "";
    return arena_strndup(arena, text + 1, strcspn(text + 1, "\n"));
}

static bool play_file(const char *program, const char *path, int number)
{
    struct err err = ERR_INIT;
    struct daemon daemon;
    struct arena *arena = arena_create();
    struct script *script = arena_zalloc(arena, sizeof(*script));
    bool ok = daemon_init(&daemon, &err) && script_read(arena, path, script, &err) &&
              play_with(arena, &daemon, program, script, &err);
    printf("%sok %d - %s:%s\n", ok ? "" : "not ", number, path, read_title(arena, path));
    if (!ok) {
        printf("# %s\n", err.text);
        print_log(arena, &daemon);
    }
    (void)fflush(stdout);
    daemon_done(&daemon);
    arena_destroy(arena);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fputs("usage: transcript DAEMON FILE...\n", stderr);
        return 2;
    }
    int passed = 0, count = argc - 2;
    for (int i = 0; i < count; i++)
        passed += play_file(argv[1], argv[i + 2], i + 1);
    printf("transcript: %d passed, %d failed, 0 skipped\n", passed, count - passed);
    return passed == count ? 0 : 1;
}
