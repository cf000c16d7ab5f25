/*
 * A server under test with handlers that do what tests want to see: answer, fail, block, send, heed
 * a shield. Each test has a world of its own, by start() and stop().
 */
#ifndef TEST_UNIT_CRI_GRPC_SERVER_WORLD_H
#define TEST_UNIT_CRI_GRPC_SERVER_WORLD_H

#include "test/unit/cri/grpc/grpc_client.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "proto/api.pb-c.h"
#include "shim/base/log.h"
#include "shim/base/wait.h"

#define RUNTIME "/runtime.v1.RuntimeService/"

/* What the handlers of one test share with it. */
struct world {
    struct server *server;
    int gate[2]; /* handlers that block wait until something can be read from it */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int entered, left;    /* handlers that block */
    int sent;             /* messages of a stream */
    enum code ended_with; /* what woke the last handler that blocked; OK for the gate */
    struct err to_fail;   /* what Status fails with */
    Cri__ListContainersResponse list;
};

static inline void note(struct world *world, int *counter)
{
    pthread_mutex_lock(&world->lock);
    (*counter)++;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

/* A handler that blocked goes on. */
static inline void leave(struct world *world, enum code ended_with)
{
    pthread_mutex_lock(&world->lock);
    world->ended_with = ended_with;
    pthread_mutex_unlock(&world->lock);
    note(world, &world->left);
}

static inline void wait_until(struct world *world, const int *counter, int value)
{
    pthread_mutex_lock(&world->lock);
    while (*counter < value)
        pthread_cond_wait(&world->changed, &world->lock);
    pthread_mutex_unlock(&world->lock);
}

static inline int read_counter(struct world *world, const int *counter)
{
    pthread_mutex_lock(&world->lock);
    int value = *counter;
    pthread_mutex_unlock(&world->lock);
    return value;
}

static inline void open_gate(struct world *world)
{
    assert_int_equal(write(world->gate[1], "x", 1), 1);
}

/* --- handlers --- */

static inline bool rpc_version(struct call *call, const void *in, void *out, struct err *err)
{
    (void)err;
    const Cri__VersionRequest *request = in;
    Cri__VersionResponse *response = out;
    response->version = request->version;
    response->runtime_name = arena_printf(call->scope.arena, "%zu", strlen(request->version));
    return true;
}

static inline bool rpc_status(struct call *call, const void *in, void *out, struct err *err)
{
    (void)in;
    (void)out;
    struct world *world = call->daemon;
    pthread_mutex_lock(&world->lock);
    *err = world->to_fail;
    pthread_mutex_unlock(&world->lock);
    return false;
}

static inline bool rpc_list_containers(struct call *call, const void *in, void *out,
                                       struct err *err)
{
    (void)in;
    (void)err;
    struct world *world = call->daemon;
    pthread_mutex_lock(&world->lock);
    *(Cri__ListContainersResponse *)out = world->list;
    pthread_mutex_unlock(&world->lock);
    return true;
}

static inline bool block(struct call *call, struct err *err)
{
    struct world *world = call->daemon;
    note(world, &world->entered);
    bool ok = wait_fd(call->scope.cancel, world->gate[0], POLLIN, err);
    leave(world, ok ? CODE_OK : err->code);
    return ok;
}

static inline bool rpc_stop_container(struct call *call, const void *in, void *out, struct err *err)
{
    (void)in;
    (void)out;
    return block(call, err);
}

/* Waits under a shield for its own end, a second from now, whatever the client does. */
static inline bool rpc_remove_container(struct call *call, const void *in, void *out,
                                        struct err *err)
{
    (void)in;
    (void)out;
    struct world *world = call->daemon;
    note(world, &world->entered);
    struct err ended = ERR_INIT;
    (void)wait_fd(call->scope.cancel, world->gate[0], POLLIN, &ended);
    bool ok = cancel_check(call_shield(call, 60 * NS_PER_S)->cancel, err);
    leave(world, ok && ended.code == CODE_CANCELLED ? CODE_OK : CODE_INTERNAL);
    return ok;
}

/* Sends as many containers as the request's id has bytes, one by one, then fails if it ends in x.
 */
static inline bool rpc_stream_containers(struct call *call, const void *in, struct err *err)
{
    struct world *world = call->daemon;
    const Cri__StreamContainersRequest *request = in;
    const char *ids = request->filter != NULL ? request->filter->id : "";
    size_t count = strlen(ids);
    for (size_t i = 0; i < count; i++) {
        Cri__Container container = CRI__CONTAINER__INIT, *list = &container;
        Cri__StreamContainersResponse response = CRI__STREAM_CONTAINERS_RESPONSE__INIT;
        container.id = arena_strndup(call->scope.arena, ids + i, 1);
        response.n_containers = 1;
        response.containers = &list;
        if (!call_send(call, &response, err))
            return false;
        note(world, &world->sent);
    }
    return count == 0 || ids[count - 1] != 'x' || err_set(err, CODE_ABORTED, "an x came");
}

enum { BIG = 1 << 20, BIG_COUNT = 200 };

/* Sends more than any buffer on the way holds. */
static inline bool rpc_stream_images(struct call *call, const void *in, struct err *err)
{
    (void)in;
    struct world *world = call->daemon;
    char *text = arena_zalloc(call->scope.arena, BIG + 1);
    memset(text, 'a', BIG);
    Cri__Image image = CRI__IMAGE__INIT, *list = &image;
    Cri__StreamImagesResponse response = CRI__STREAM_IMAGES_RESPONSE__INIT;
    image.id = text;
    response.n_images = 1;
    response.images = &list;
    bool ok = true;
    for (int i = 0; ok && i < BIG_COUNT; i++) {
        ok = call_send(call, &response, err);
        if (ok)
            note(world, &world->sent);
    }
    leave(world, ok ? CODE_OK : err->code);
    return ok;
}

static inline bool rpc_get_container_events(struct call *call, const void *in, struct err *err)
{
    (void)in;
    return block(call, err);
}

#define METHOD(rpc, in_type, out_type)                                                             \
    .service = "runtime.v1.RuntimeService", .name = (rpc), .input = &cri__##in_type##__descriptor, \
    .output = &cri__##out_type##__descriptor

static const struct cri_method methods[] = {
    {METHOD("Version", version_request, version_response), .unary = rpc_version, .quiet = true},
    {METHOD("Status", status_request, status_response), .unary = rpc_status},
    {METHOD("ListContainers", list_containers_request, list_containers_response),
     .unary = rpc_list_containers},
    {METHOD("StopContainer", stop_container_request, stop_container_response),
     .unary = rpc_stop_container},
    {METHOD("RemoveContainer", remove_container_request, remove_container_response),
     .unary = rpc_remove_container},
    {METHOD("StreamContainers", stream_containers_request, stream_containers_response),
     .stream = rpc_stream_containers},
    {METHOD("StreamImages", stream_images_request, stream_images_response),
     .stream = rpc_stream_images},
    {METHOD("GetContainerEvents", get_events_request, container_event_response),
     .stream = rpc_get_container_events, .endless = true},
    {METHOD("CheckpointContainer", checkpoint_container_request, checkpoint_container_response),
     .reason = "Docker cannot do it"},
};

/* --- setup --- */

static inline int start(void **state)
{
    struct world *world = xcalloc(1, sizeof(*world));
    struct server_options options = {
        .methods = methods, .method_count = sizeof(methods) / sizeof(methods[0]), .daemon = world};
    struct err err = ERR_INIT;
    (void)pthread_mutex_init(&world->lock, NULL);
    (void)pthread_cond_init(&world->changed, NULL);
    cri__list_containers_response__init(&world->list);
    world->ended_with = CODE_DATA_LOSS;
    world->server = server_create(&options, &err);
    *state = world;
    return world->server == NULL || pipe(world->gate) != 0;
}

/* Tests that end the server themselves leave none. */
static inline int stop(void **state)
{
    struct world *world = *state;
    if (world->server != NULL)
        server_destroy(world->server, 60 * NS_PER_S);
    (void)close(world->gate[0]);
    (void)close(world->gate[1]);
    (void)pthread_cond_destroy(&world->changed);
    (void)pthread_mutex_destroy(&world->lock);
    free(world);
    return 0;
}

static inline const void *reply_of(const struct client_call *call, struct arena *arena,
                                   const ProtobufCMessageDescriptor *type)
{
    const void *message =
        protobuf_c_message_unpack(type, arena_protobuf(arena), call->reply_length, call->reply);
    assert_non_null(message);
    return message;
}

/* Around all tests of a program. */
static inline int begin_group(void **state)
{
    (void)state;
    /* One line per call would bury the tests' own. */
    log_level_set(LOG_LEVEL_ERROR);
    grpc_init(); /* so that servers and clients of single tests do not end it for the others */
    return 0;
}

static inline int end_group(void **state)
{
    (void)state;
    grpc_shutdown();
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

#endif
