/* The server, asked by a gRPC client: answers, errors, and what it refuses. */
#include "test/unit/cri/grpc/server_world.h"

#include "cri/grpc/codec.h"
#include "shim/base/cleanup.h"

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
        const char *text, *answer;
        int code;
        enum code answered;
    } cases[] = {
        {"container \"abc\": no such container", "container \"abc\": no such container",
         CODE_NOT_FOUND, CODE_NOT_FOUND},
        {"caf\xe9 \xe2\x82", "caf\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd", CODE_INTERNAL,
         CODE_INTERNAL},
        {"", "Status failed without a status: ", CODE_OK, CODE_INTERNAL},
        {"odd", "Status failed without a status: odd", 17, CODE_INTERNAL},
        {"odd", "Status failed without a status: odd", -1, CODE_INTERNAL},
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
    const uint8_t head[5] = {0x0a, 0xfb, 0xff, 0xff, 0x07}; /* the tag, and TEXT */
    memcpy(bytes, head, sizeof(head));
    memset(bytes + sizeof(head), 'a', TEXT + 1);
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
    const uint8_t head[4] = {0x0a, 0xfc, 0xff, 0x03};
    auto_free uint8_t *bytes = xmalloc(1 << 16);
    memcpy(bytes, head, sizeof(head));
    memset(bytes + sizeof(head), 'a', (1 << 16) - sizeof(head));
    client_expect(client, RUNTIME "Version", bytes, 1 << 16, CODE_UNIMPLEMENTED, NULL);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_is_answered),
        TEST(an_empty_request_is_one),
        TEST(a_failure_has_its_code_and_text),
        TEST(what_is_not_offered_is_unimplemented_at_once),
        TEST(a_malformed_request_is_refused_and_the_next_one_served),
        TEST(a_reply_that_would_break_the_client_is_an_error),
        TEST(messages_may_have_16_mib),
        TEST(compressed_requests_are_refused),
        TEST(calls_above_the_limit_are_refused),
    };
    return cmocka_run_group_tests(tests, begin_group, end_group);
}
