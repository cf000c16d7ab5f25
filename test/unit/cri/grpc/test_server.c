/* The server, asked by a gRPC client: answers, errors, deadlines, cancellation, streams, limits. */
#include "test/unit/cri/grpc/grpc_client.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "cri/grpc/codec.h"
#include "proto/api.pb-c.h"
#include "shim/base/cleanup.h"
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

static void note(struct world *world, int *counter)
{
    pthread_mutex_lock(&world->lock);
    (*counter)++;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

/* A handler that blocked goes on. */
static void leave(struct world *world, enum code ended_with)
{
    pthread_mutex_lock(&world->lock);
    world->ended_with = ended_with;
    pthread_mutex_unlock(&world->lock);
    note(world, &world->left);
}

static void wait_until(struct world *world, const int *counter, int value)
{
    pthread_mutex_lock(&world->lock);
    while (*counter < value)
        pthread_cond_wait(&world->changed, &world->lock);
    pthread_mutex_unlock(&world->lock);
}

static int read_counter(struct world *world, const int *counter)
{
    pthread_mutex_lock(&world->lock);
    int value = *counter;
    pthread_mutex_unlock(&world->lock);
    return value;
}

static void open_gate(struct world *world)
{
    assert_int_equal(write(world->gate[1], "x", 1), 1);
}

/* --- handlers --- */

static bool rpc_version(struct call *call, const void *in, void *out, struct err *err)
{
    (void)err;
    const Cri__VersionRequest *request = in;
    Cri__VersionResponse *response = out;
    response->version = request->version;
    response->runtime_name = arena_printf(call->scope.arena, "%zu", strlen(request->version));
    return true;
}

static bool rpc_status(struct call *call, const void *in, void *out, struct err *err)
{
    (void)in;
    (void)out;
    struct world *world = call->daemon;
    pthread_mutex_lock(&world->lock);
    *err = world->to_fail;
    pthread_mutex_unlock(&world->lock);
    return false;
}

static bool rpc_list_containers(struct call *call, const void *in, void *out, struct err *err)
{
    (void)in;
    (void)err;
    struct world *world = call->daemon;
    pthread_mutex_lock(&world->lock);
    *(Cri__ListContainersResponse *)out = world->list;
    pthread_mutex_unlock(&world->lock);
    return true;
}

static bool block(struct call *call, struct err *err)
{
    struct world *world = call->daemon;
    note(world, &world->entered);
    bool ok = wait_fd(call->scope.cancel, world->gate[0], POLLIN, err);
    leave(world, ok ? CODE_OK : err->code);
    return ok;
}

static bool rpc_stop_container(struct call *call, const void *in, void *out, struct err *err)
{
    (void)in;
    (void)out;
    return block(call, err);
}

/* Waits under a shield for its own end, a second from now, whatever the client does. */
static bool rpc_remove_container(struct call *call, const void *in, void *out, struct err *err)
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
static bool rpc_stream_containers(struct call *call, const void *in, struct err *err)
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
static bool rpc_stream_images(struct call *call, const void *in, struct err *err)
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

static bool rpc_get_container_events(struct call *call, const void *in, struct err *err)
{
    (void)in;
    return block(call, err);
}

#define METHOD(rpc, in_type, out_type)                                                             \
    .service = "runtime.v1.RuntimeService", .name = rpc, .input = &cri__##in_type##__descriptor,   \
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

static int start(void **state)
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
static int stop(void **state)
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

static const void *reply_of(const struct client_call *call, struct arena *arena,
                            const ProtobufCMessageDescriptor *type)
{
    const void *message =
        protobuf_c_message_unpack(type, arena_protobuf(arena), call->reply_length, call->reply);
    assert_non_null(message);
    return message;
}

/* --- unary calls --- */

static void a_call_is_answered(void **state)
{
    struct world *world = *state;
    struct arena *arena = arena_create();
    struct client *client = client_create(world->server, NULL);
    struct client_call *call =
        client_start(client, RUNTIME "Version", "\x0a\x04v1.0", 6, CLOCK_NEVER);
    assert_true(client_read(call));
    assert_int_equal(client_finish(call), CODE_OK);
    const Cri__VersionResponse *response =
        reply_of(call, arena, &cri__version_response__descriptor);
    assert_string_equal(response->version, "v1.0");
    assert_string_equal(response->runtime_name, "4");
    client_call_destroy(call);
    client_destroy(client);
    arena_destroy(arena);
}

static void an_empty_request_is_one(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    client_expect(client, RUNTIME "Version", "", 0, CODE_OK, "");
    client_expect(client, RUNTIME "Version", NULL, 0, CODE_INVALID_ARGUMENT,
                  "Version came without a message");
    client_destroy(client);
}

static void a_failure_has_its_code_and_text(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    static const struct {
        int code;
        const char *text;
        enum code answered;
        const char *answer;
    } cases[] = {
        {CODE_NOT_FOUND, "container \"abc\": no such container", CODE_NOT_FOUND,
         "container \"abc\": no such container"},
        {CODE_INTERNAL, "caf\xe9 \xe2\x82", CODE_INTERNAL,
         "caf\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd"},
        {CODE_OK, "", CODE_INTERNAL, "Status failed without a status: "},
        {17, "odd", CODE_INTERNAL, "Status failed without a status: odd"},
        {-1, "odd", CODE_INTERNAL, "Status failed without a status: odd"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pthread_mutex_lock(&world->lock);
        (void)err_set(&world->to_fail, (enum code)cases[i].code, "%s", cases[i].text);
        pthread_mutex_unlock(&world->lock);
        client_expect(client, RUNTIME "Status", "", 0, cases[i].answered, cases[i].answer);
    }
    client_destroy(client);
}

static void what_is_not_offered_is_unimplemented_at_once(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    client_expect(client, RUNTIME "Dance", "", 0, CODE_UNIMPLEMENTED,
                  "unknown method /runtime.v1.RuntimeService/Dance");
    client_expect(client, "/runtime.v1.ImageService/Version", "", 0, CODE_UNIMPLEMENTED,
                  "unknown method /runtime.v1.ImageService/Version");
    client_expect(client, "/runtime.v1alpha2.RuntimeService/Version", "", 0, CODE_UNIMPLEMENTED,
                  "unknown method /runtime.v1alpha2.RuntimeService/Version");
    client_expect(client, "/", NULL, 0, CODE_UNIMPLEMENTED, "unknown method /");
    client_expect(client, RUNTIME "CheckpointContainer", "", 0, CODE_UNIMPLEMENTED,
                  "CheckpointContainer: Docker cannot do it");
    client_destroy(client);
}

static void a_malformed_request_is_refused_and_the_next_one_served(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    client_expect(client, RUNTIME "Version", "\x0a\x02v\xff", 4, CODE_INVALID_ARGUMENT,
                  "version is not valid UTF-8");
    client_expect(client, RUNTIME "Version", "\x0a\x02v1", 4, CODE_OK, "");
    client_destroy(client);
}

static void a_reply_that_would_break_the_client_is_an_error(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    Cri__Container container = CRI__CONTAINER__INIT, *list = &container;
    container.image_ref = "caf\xe9";
    pthread_mutex_lock(&world->lock);
    world->list.n_containers = 1;
    world->list.containers = &list;
    pthread_mutex_unlock(&world->lock);
    client_expect(client, RUNTIME "ListContainers", "", 0, CODE_INTERNAL,
                  "reply: containers[0].image_ref is not valid UTF-8");
    client_destroy(client);
}

static void messages_may_have_16_mib(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    enum { TEXT = CODEC_MESSAGE_MAX_BYTES - 5 };
    auto_free uint8_t *bytes = xmalloc(CODEC_MESSAGE_MAX_BYTES + 1);
    memcpy(bytes, "\x0a\xfb\xff\xff\x07", 5);
    memset(bytes + 5, 'a', TEXT + 1);
    struct client_call *call =
        client_start(client, RUNTIME "Version", bytes, CODEC_MESSAGE_MAX_BYTES, CLOCK_NEVER);
    /* It came whole: the text is answered, with its length in eight digits behind it, which is
     * more than fits. */
    assert_false(client_read(call));
    assert_int_equal(client_finish(call), CODE_RESOURCE_EXHAUSTED);
    assert_text(call, "the reply has 16777226 bytes, more than the limit of 16777216");
    client_call_destroy(call);
    bytes[1]++;
    client_expect(client, RUNTIME "Version", bytes, CODEC_MESSAGE_MAX_BYTES + 1,
                  CODE_RESOURCE_EXHAUSTED, NULL);
    client_expect(client, RUNTIME "Version", "", 0, CODE_OK, "");
    client_destroy(client);
}

static void compressed_requests_are_refused(void **state)
{
    struct world *world = *state;
    grpc_arg arg = {.type = GRPC_ARG_INTEGER,
                    .key = GRPC_COMPRESSION_CHANNEL_DEFAULT_ALGORITHM,
                    .value.integer = GRPC_COMPRESS_GZIP};
    struct client *client = client_create(world->server, &arg);
    auto_free char *bytes = xmalloc(1 << 16);
    memcpy(bytes, "\x0a\xfc\xff\x03", 4);
    memset(bytes + 4, 'a', (1 << 16) - 4);
    client_expect(client, RUNTIME "Version", bytes, 1 << 16, CODE_UNIMPLEMENTED, NULL);
    client_destroy(client);
}

/* --- deadlines and cancellation --- */

static void the_deadline_reaches_the_work(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    struct client_call *call = client_start(client, RUNTIME "StopContainer", "", 0, 50 * NS_PER_MS);
    assert_int_equal(client_finish(call), CODE_DEADLINE_EXCEEDED);
    client_call_destroy(call);
    client_destroy(client);
    /* Unless the deadline passed before the handler began, it was woken by it. */
    server_destroy(world->server, 60 * NS_PER_S);
    world->server = NULL;
    assert_int_equal(world->left, world->entered);
    if (world->entered > 0)
        assert_true(world->ended_with == CODE_DEADLINE_EXCEEDED ||
                    world->ended_with == CODE_CANCELLED);
}

static void a_cancelled_call_ends_its_work(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    struct client_call *call = client_start(client, RUNTIME "StopContainer", "", 0, CLOCK_NEVER);
    client_wait(client, &call->sent);
    wait_until(world, &world->entered, 1);
    client_cancel(call);
    assert_int_equal(client_finish(call), CODE_CANCELLED);
    wait_until(world, &world->left, 1);
    assert_int_equal(world->ended_with, CODE_CANCELLED);
    client_call_destroy(call);
    client_destroy(client);
}

static void a_client_that_dies_ends_its_work(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    struct client_call *call = client_start(client, RUNTIME "StopContainer", "", 0, CLOCK_NEVER);
    client_wait(client, &call->sent);
    wait_until(world, &world->entered, 1);
    /* The connection goes with its last user. */
    client_cancel(call);
    (void)client_finish(call);
    client_call_destroy(call);
    client_destroy(client);
    wait_until(world, &world->left, 1);
    assert_int_equal(world->ended_with, CODE_CANCELLED);
}

static void shielded_work_goes_on(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    struct client_call *call = client_start(client, RUNTIME "RemoveContainer", "", 0, CLOCK_NEVER);
    client_wait(client, &call->sent);
    wait_until(world, &world->entered, 1);
    client_cancel(call);
    assert_int_equal(client_finish(call), CODE_CANCELLED);
    wait_until(world, &world->left, 1);
    assert_int_equal(world->ended_with, CODE_OK);
    client_call_destroy(call);
    client_destroy(client);
}

/* --- streams --- */

static void a_stream_comes_message_by_message(void **state)
{
    struct world *world = *state;
    struct arena *arena = arena_create();
    struct client *client = client_create(world->server, NULL);
    struct client_call *call = client_start(client, RUNTIME "StreamContainers",
                                            "\x0a\x06\x0a\x04"
                                            "abcd",
                                            8, CLOCK_NEVER);
    for (const char *id = "abcd"; *id != '\0'; id++) {
        assert_true(client_read(call));
        const Cri__StreamContainersResponse *response =
            reply_of(call, arena, &cri__stream_containers_response__descriptor);
        assert_int_equal(response->containers[0]->id[0], *id);
    }
    assert_false(client_read(call));
    assert_int_equal(client_finish(call), CODE_OK);
    client_call_destroy(call);
    client_destroy(client);
    arena_destroy(arena);
}

static void a_stream_may_be_empty_or_fail_on_the_way(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    struct client_call *empty =
        client_start(client, RUNTIME "StreamContainers", "", 0, CLOCK_NEVER);
    assert_false(client_read(empty));
    assert_int_equal(client_finish(empty), CODE_OK);
    client_call_destroy(empty);
    struct client_call *call = client_start(client, RUNTIME "StreamContainers",
                                            "\x0a\x04\x0a\x02"
                                            "ax",
                                            6, CLOCK_NEVER);
    assert_true(client_read(call));
    assert_true(client_read(call));
    assert_false(client_read(call));
    assert_int_equal(client_finish(call), CODE_ABORTED);
    assert_text(call, "an x came");
    client_call_destroy(call);
    client_destroy(client);
}

static void a_stream_waits_for_a_slow_client(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    struct client_call *call = client_start(client, RUNTIME "StreamImages", "", 0, CLOCK_NEVER);
    for (int i = 0; i < 3; i++)
        assert_true(client_read(call));
    /* The client stops to read and goes: the handler cannot have sent all, and learns of it. */
    client_cancel(call);
    assert_int_equal(client_finish(call), CODE_CANCELLED);
    wait_until(world, &world->left, 1);
    assert_int_equal(world->ended_with, CODE_CANCELLED);
    assert_true(world->sent < BIG_COUNT);
    client_call_destroy(call);
    client_destroy(client);
}

static void a_stream_is_read_to_its_end(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    struct client_call *call = client_start(client, RUNTIME "StreamImages", "", 0, CLOCK_NEVER);
    int count = 0;
    while (client_read(call))
        count++;
    assert_int_equal(client_finish(call), CODE_OK);
    assert_int_equal(count, BIG_COUNT);
    wait_until(world, &world->left, 1);
    assert_int_equal(world->ended_with, CODE_OK);
    client_call_destroy(call);
    client_destroy(client);
}

/* --- many calls --- */

enum { MANY = 500 };

static void blocked_calls_do_not_delay_others(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    static struct client_call *calls[MANY];
    for (int i = 0; i < MANY; i++) {
        calls[i] = client_start(client, RUNTIME "StopContainer", "", 0, CLOCK_NEVER);
        client_wait(client, &calls[i]->sent);
    }
    wait_until(world, &world->entered, MANY);
    assert_int_equal(server_call_count(world->server), MANY);
    /* On the busy connection, and on a new one. */
    client_expect(client, RUNTIME "Version", "\x0a\x02v1", 4, CODE_OK, "");
    struct client *other = client_create(world->server, NULL);
    client_expect(other, RUNTIME "Version", "\x0a\x02v1", 4, CODE_OK, "");
    assert_int_equal(read_counter(world, &world->left), 0);
    open_gate(world);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(client_finish(calls[i]), CODE_OK);
        client_call_destroy(calls[i]);
    }
    client_destroy(other);
    client_destroy(client);
}

static void all_are_cancelled_when_the_client_leaves(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    static struct client_call *calls[MANY];
    for (int i = 0; i < MANY; i++) {
        calls[i] = client_start(client, RUNTIME "StopContainer", "", 0, CLOCK_NEVER);
        client_wait(client, &calls[i]->sent);
    }
    wait_until(world, &world->entered, MANY);
    for (int i = 0; i < MANY; i++)
        client_cancel(calls[i]);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(client_finish(calls[i]), CODE_CANCELLED);
        client_call_destroy(calls[i]);
    }
    wait_until(world, &world->left, MANY);
    client_destroy(client);
}

static void calls_above_the_limit_are_refused(void **state)
{
    struct world *world = *state;
    struct server_options options = {.methods = methods,
                                     .method_count = sizeof(methods) / sizeof(methods[0]),
                                     .daemon = world,
                                     .worker_limit = 2};
    struct err err = ERR_INIT;
    struct server *small = server_create(&options, &err);
    assert_non_null(small);
    struct client *client = client_create(small, NULL);
    struct client_call *calls[2];
    for (int i = 0; i < 2; i++)
        calls[i] = client_start(client, RUNTIME "StopContainer", "", 0, CLOCK_NEVER);
    wait_until(world, &world->entered, 2);
    client_expect(client, RUNTIME "Version", "", 0, CODE_RESOURCE_EXHAUSTED,
                  "too many calls are under way (the limit is 2)");
    open_gate(world);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(client_finish(calls[i]), CODE_OK);
        client_call_destroy(calls[i]);
    }
    client_destroy(client);
    server_destroy(small, 60 * NS_PER_S);
}

/* --- the end --- */

static void *destroy_patiently(void *argument)
{
    server_destroy(argument, 3600 * NS_PER_S);
    return NULL;
}

/* Ends the server on another thread, so that its client can look on. */
static pthread_t end_server(struct world *world)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, destroy_patiently, world->server), 0);
    world->server = NULL;
    return thread;
}

static void a_server_that_ends_lets_calls_finish(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    struct client_call *call = client_start(client, RUNTIME "StopContainer", "", 0, CLOCK_NEVER);
    client_wait(client, &call->sent);
    wait_until(world, &world->entered, 1);
    pthread_t thread = end_server(world);
    open_gate(world);
    assert_int_equal(client_finish(call), CODE_OK);
    client_call_destroy(call);
    (void)pthread_join(thread, NULL);
    client_expect(client, RUNTIME "Version", "", 0, CODE_UNAVAILABLE, NULL);
    client_destroy(client);
}

static void endless_streams_end_with_the_server(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    struct client_call *call =
        client_start(client, RUNTIME "GetContainerEvents", "", 0, CLOCK_NEVER);
    client_wait(client, &call->sent);
    wait_until(world, &world->entered, 1);
    pthread_t thread = end_server(world);
    assert_int_equal(client_finish(call), CODE_UNAVAILABLE);
    assert_text(call, "the server is shutting down: the call was cancelled");
    (void)pthread_join(thread, NULL);
    assert_int_equal(world->ended_with, CODE_CANCELLED);
    client_call_destroy(call);
    client_destroy(client);
}

static void calls_that_take_too_long_are_cancelled_at_the_end(void **state)
{
    struct world *world = *state;
    struct client *client = client_create(world->server, NULL);
    struct client_call *call = client_start(client, RUNTIME "StopContainer", "", 0, CLOCK_NEVER);
    client_wait(client, &call->sent);
    wait_until(world, &world->entered, 1);
    server_destroy(world->server, 0);
    world->server = NULL;
    assert_int_equal(world->ended_with, CODE_CANCELLED);
    assert_int_equal(client_finish(call), CODE_UNAVAILABLE);
    client_call_destroy(call);
    client_destroy(client);
}

static void a_server_without_calls_ends(void **state)
{
    struct world *world = *state;
    struct client *idle = client_create(world->server, NULL);
    client_expect(idle, RUNTIME "Version", "", 0, CODE_OK, "");
    server_destroy(world->server, 0);
    world->server = NULL;
    client_destroy(idle);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(a_call_is_answered),
        TEST(an_empty_request_is_one),
        TEST(a_failure_has_its_code_and_text),
        TEST(what_is_not_offered_is_unimplemented_at_once),
        TEST(a_malformed_request_is_refused_and_the_next_one_served),
        TEST(a_reply_that_would_break_the_client_is_an_error),
        TEST(messages_may_have_16_mib),
        TEST(compressed_requests_are_refused),
        TEST(the_deadline_reaches_the_work),
        TEST(a_cancelled_call_ends_its_work),
        TEST(a_client_that_dies_ends_its_work),
        TEST(shielded_work_goes_on),
        TEST(a_stream_comes_message_by_message),
        TEST(a_stream_may_be_empty_or_fail_on_the_way),
        TEST(a_stream_waits_for_a_slow_client),
        TEST(a_stream_is_read_to_its_end),
        TEST(blocked_calls_do_not_delay_others),
        TEST(all_are_cancelled_when_the_client_leaves),
        TEST(calls_above_the_limit_are_refused),
        TEST(a_server_that_ends_lets_calls_finish),
        TEST(endless_streams_end_with_the_server),
        TEST(calls_that_take_too_long_are_cancelled_at_the_end),
        TEST(a_server_without_calls_ends),
    };
    /* One line per call would bury the tests' own. */
    log_level_set(LOG_LEVEL_ERROR);
    grpc_init(); /* so that servers and clients of single tests do not end it for the others */
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    grpc_shutdown();
    return failed;
}
