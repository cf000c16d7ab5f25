/* Calls that end early: by their deadline, by their client; and that they do not delay others. */
#include "test/unit/cri/grpc/server_world.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_deadline_reaches_the_work),     TEST(a_cancelled_call_ends_its_work),
        TEST(a_client_that_dies_ends_its_work),  TEST(shielded_work_goes_on),
        TEST(blocked_calls_do_not_delay_others), TEST(all_are_cancelled_when_the_client_leaves),
    };
    return cmocka_run_group_tests(tests, begin_group, end_group);
}
