/* The end of the server: calls finish, or are cancelled when their time is up. */
#include "test/unit/cri/grpc/server_world.h"

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
    const struct CMUnitTest tests[] = {
        TEST(a_server_that_ends_lets_calls_finish),
        TEST(endless_streams_end_with_the_server),
        TEST(calls_that_take_too_long_are_cancelled_at_the_end),
        TEST(a_server_without_calls_ends),
    };
    return cmocka_run_group_tests(tests, begin_group, end_group);
}
