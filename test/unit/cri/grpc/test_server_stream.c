/* Server streams: in order, with a status at the end, no faster than the client reads. */
#include "test/unit/cri/grpc/server_world.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stream_comes_message_by_message),
        TEST(a_stream_may_be_empty_or_fail_on_the_way),
        TEST(a_stream_waits_for_a_slow_client),
        TEST(a_stream_is_read_to_its_end),
    };
    return cmocka_run_group_tests(tests, begin_group, end_group);
}
