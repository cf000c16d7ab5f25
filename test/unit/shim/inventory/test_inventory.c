#include "shim/inventory/inventory.h"
#include "shim/translate/container_status.h"
#include "test/unit/shim/inventory/little_engine.h"

struct world {
    struct little_engine *engine;
    struct docker *docker;
    struct inventory *inventory;
    struct cancel cancel;
    struct scope scope;
    struct err err;
};

static int begin(void **state)
{
    static struct world world;
    world = (struct world){.engine = little_start()};
    const struct docker_options options = {.endpoint = world.engine->endpoint};
    cancel_init(&world.cancel, CLOCK_NEVER);
    world.scope = (struct scope){.arena = arena_create(), .cancel = &world.cancel};
    world.docker = docker_create(&options, &world.err);
    *state = &world;
    return world.docker == NULL;
}

static void start(struct world *world)
{
    world->inventory = inventory_create(world->docker, &world->err);
    assert_non_null(world->inventory);
}

static int end(void **state)
{
    struct world *world = *state;
    arena_destroy(world->scope.arena);
    cancel_done(&world->cancel);
    inventory_destroy(world->inventory);
    docker_destroy(world->docker);
    little_stop(world->engine);
    return 0;
}

/* The state of a container as the inventory has it. */
static Cri__ContainerState state_of(struct world *world, const char *id)
{
    json_t *container;
    assert_ok(world,
              inventory_container(world->inventory, &world->scope, id, &container, &world->err));
    return container_state(container);
}

static size_t count(struct world *world)
{
    json_t **all;
    size_t found;
    assert_ok(world, inventory_containers(world->inventory, &world->scope, NULL, &all, &found,
                                          &world->err));
    return found;
}

/* Until the next event came out of the watch: "a:started". */
static const char *next(struct world *world, struct watch *watch)
{
    static const char *const words[] = {"created", "started", "stopped", "deleted"};
    struct inventory_event event;
    assert_ok(world,
              inventory_next_event(world->inventory, watch, &world->scope, &event, &world->err));
    return arena_printf(world->scope.arena, "%s:%s", container_id(event.container),
                        words[event.type]);
}

#define RUNNING CRI__CONTAINER_STATE__CONTAINER_RUNNING
#define EXITED CRI__CONTAINER_STATE__CONTAINER_EXITED

static void test_finds_what_is_there(void **state)
{
    struct world *world = *state;
    json_t *found, **all;
    size_t number;
    little_set(world->engine, "podsandbox", "pod1", "running");
    little_set(world->engine, "container", "abc1", "running");
    little_set(world->engine, "container", "abd2", "exited");
    start(world);
    assert_int_equal(state_of(world, "abc1"), RUNNING);
    assert_int_equal(state_of(world, "abd"), EXITED);
    assert_ok(world,
              inventory_sandbox(world->inventory, &world->scope, "pod1", &found, &world->err));
    assert_ok(world,
              inventory_sandboxes(world->inventory, &world->scope, &all, &number, &world->err));
    assert_int_equal(number, 1);
    assert_ok(world, inventory_containers(world->inventory, &world->scope, "pod1", &all, &number,
                                          &world->err));
    assert_int_equal(number, 2);
    assert_ok(world, inventory_containers(world->inventory, &world->scope, "other", &all, &number,
                                          &world->err));
    assert_int_equal(number, 0);
}

static void test_refuses_other_ids(void **state)
{
    struct world *world = *state;
    json_t *found;
    little_set(world->engine, "podsandbox", "pod1", "running");
    little_set(world->engine, "container", "abc1", "running");
    little_set(world->engine, "container", "abd2", "exited");
    start(world);
    assert_fails(world, CODE_NOT_FOUND, "does not exist",
                 inventory_container(world->inventory, &world->scope, "pod1", &found, &world->err));
    assert_fails(world, CODE_NOT_FOUND, "more than one",
                 inventory_container(world->inventory, &world->scope, "ab", &found, &world->err));
    assert_fails(world, CODE_INVALID_ARGUMENT, "pod_sandbox_id",
                 inventory_sandbox(world->inventory, &world->scope, "", &found, &world->err));
}

static void test_reading_asks_docker_nothing(void **state)
{
    struct world *world = *state;
    little_set(world->engine, "container", "a", "running");
    start(world);
    assert_int_equal(count(world), 1);
    size_t before = little_read(world->engine, &world->engine->inspects);
    for (int i = 0; i < 100; i++)
        assert_int_equal(count(world), 1);
    assert_int_equal(little_read(world->engine, &world->engine->inspects), before);
}

static void test_events_change_the_picture(void **state)
{
    struct world *world = *state;
    start(world);
    assert_int_equal(count(world), 0);
    struct watch *watch = inventory_watch(world->inventory, &world->err);
    little_set(world->engine, "container", "a", "created");
    little_event(world->engine, "a", "create");
    assert_string_equal(next(world, watch), "a:created");
    little_set(world->engine, "container", "a", "exited");
    little_event(world->engine, "a", "die");
    assert_string_equal(next(world, watch), "a:started");
    assert_string_equal(next(world, watch), "a:stopped");
    assert_int_equal(state_of(world, "a"), EXITED);
    /* An event, and then a 404. */
    little_set(world->engine, "container", "a", NULL);
    little_event(world->engine, "a", "destroy");
    assert_string_equal(next(world, watch), "a:deleted");
    assert_int_equal(count(world), 0);
    inventory_unwatch(world->inventory, watch);
}

static void test_reads_what_was_written(void **state)
{
    struct world *world = *state;
    start(world);
    little_set(world->engine, "container", "a", "running");
    inventory_refresh(world->inventory, &world->scope, "a");
    assert_int_equal(state_of(world, "a"), RUNNING);
    little_set(world->engine, "container", "a", NULL);
    inventory_refresh(world->inventory, &world->scope, "a");
    assert_int_equal(count(world), 0);
}

static void test_foreign_containers_are_not_asked_about(void **state)
{
    struct world *world = *state;
    start(world);
    assert_int_equal(count(world), 0);
    struct watch *watch = inventory_watch(world->inventory, &world->err);
    for (int i = 0; i < 50; i++)
        little_send(world->engine, "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":"
                                   "{\"ID\":\"theirs\",\"Attributes\":{\"name\":\"x\"}}}\n");
    little_set(world->engine, "container", "a", "created");
    little_event(world->engine, "a", "create");
    assert_string_equal(next(world, watch), "a:created");
    assert_int_equal(little_read(world->engine, &world->engine->inspects), 1);
    inventory_unwatch(world->inventory, watch);
}

static void test_hung_inspects_delay_nobody(void **state)
{
    enum { HUNG = 20 };
    struct world *world = *state;
    char id[32];
    for (int i = 0; i < HUNG; i++) {
        (void)snprintf(id, sizeof(id), "hung%d", i);
        little_set(world->engine, "container", id, "running");
    }
    little_set(world->engine, "container", "fine", "running");
    start(world);
    assert_int_equal(count(world), HUNG + 1);
    struct watch *watch = inventory_watch(world->inventory, &world->err);
    /* One after the other, so that each takes the only thread that waits. */
    for (size_t i = 0; i < HUNG; i++) {
        (void)snprintf(id, sizeof(id), "hung%zu", i);
        little_hang(world->engine, id, true);
        little_set(world->engine, "container", id, "exited");
        little_event(world->engine, id, "die");
        little_wait(world->engine, &world->engine->hanging, i + 1);
    }
    little_set(world->engine, "container", "fine", "exited");
    little_event(world->engine, "fine", "die");
    assert_string_equal(next(world, watch), "fine:stopped");
    assert_int_equal(state_of(world, "fine"), EXITED);
    assert_int_equal(state_of(world, "hung7"), RUNNING); /* as far as is known */
    little_hang(world->engine, "hung7", false);
    assert_string_equal(next(world, watch), "hung7:stopped");
    assert_int_equal(state_of(world, "hung7"), EXITED);
    inventory_unwatch(world->inventory, watch);
}

static void test_stream_cut_in_an_event(void **state)
{
    struct world *world = *state;
    little_set(world->engine, "container", "a", "running");
    little_set(world->engine, "container", "b", "running");
    start(world);
    assert_int_equal(count(world), 2);
    struct watch *watch = inventory_watch(world->inventory, &world->err);
    little_send(world->engine, "{\"Type\":\"container\",\"Actor\":{\"ID\":\"a");
    /* Two changes that nobody hears of, and a third container that appears. */
    little_set(world->engine, "container", "a", "exited");
    little_set(world->engine, "container", "b", NULL);
    little_set(world->engine, "container", "c", "created");
    little_crash(world->engine);
    little_wait(world->engine, &world->engine->subscriptions, 2);
    const char *told = "";
    for (int i = 0; i < 4; i++)
        told = arena_printf(world->scope.arena, "%s %s", told, next(world, watch));
    assert_non_null(strstr(told, "a:stopped"));
    assert_non_null(strstr(told, "b:stopped b:deleted"));
    assert_non_null(strstr(told, "c:created"));
    assert_int_equal(count(world), 2);
    assert_int_equal(state_of(world, "a"), EXITED);
    inventory_unwatch(world->inventory, watch);
}

static void test_garbage_is_not_believed(void **state)
{
    struct world *world = *state;
    little_set(world->engine, "container", "a", "running");
    start(world);
    assert_int_equal(state_of(world, "a"), RUNNING);
    little_set(world->engine, "container", "a", "exited");
    struct watch *watch = inventory_watch(world->inventory, &world->err);
    little_send(world->engine, "<html>\n");
    little_wait(world->engine, &world->engine->subscriptions, 2);
    assert_string_equal(next(world, watch), "a:stopped");
    inventory_unwatch(world->inventory, watch);
}

static void test_engine_is_away(void **state)
{
    struct world *world = *state;
    json_t **all;
    size_t number;
    little_refuse(world->engine, true);
    start(world);
    assert_fails(
        world, CODE_UNAVAILABLE, "the engine is starting",
        inventory_containers(world->inventory, &world->scope, NULL, &all, &number, &world->err));
    little_set(world->engine, "container", "a", "running");
    little_refuse(world->engine, false);
    little_wait(world->engine, &world->engine->subscriptions, 1);
    /* Its list may take a moment. */
    while (!inventory_containers(world->inventory, &world->scope, NULL, &all, &number, &world->err))
        assert_int_equal(world->err.code, CODE_UNAVAILABLE);
    assert_int_equal(number, 1);
}

static void test_ends_while_an_inspect_hangs(void **state)
{
    struct world *world = *state;
    start(world);
    assert_int_equal(count(world), 0);
    little_set(world->engine, "container", "a", "running");
    little_hang(world->engine, "a", true);
    little_event(world->engine, "a", "create");
    little_wait(world->engine, &world->engine->hanging, 1);
}

static const char *image(struct world *world, const char *id)
{
    json_t *document;
    if (inventory_image(world->inventory, &world->scope, id, &document, &world->err))
        return container_id(document);
    return code_name(world->err.code);
}

static void test_images_are_kept_until_an_event(void **state)
{
    struct world *world = *state;
    start(world);
    assert_int_equal(count(world), 0);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(image(world, "sha256:1"), "sha256:1");
        assert_string_equal(image(world, "sha256:gone"), "NOT_FOUND");
    }
    assert_int_equal(little_read(world->engine, &world->engine->image_inspects), 2);
    struct watch *watch = inventory_watch(world->inventory, &world->err);
    little_send(world->engine, "{\"Type\":\"image\",\"Action\":\"untag\"}\n");
    little_set(world->engine, "container", "a", "created");
    little_event(world->engine, "a", "create");
    assert_string_equal(next(world, watch), "a:created");
    assert_string_equal(image(world, "sha256:1"), "sha256:1");
    assert_int_equal(little_read(world->engine, &world->engine->image_inspects), 3);
    inventory_unwatch(world->inventory, watch);
}

static void test_an_old_image_serves_while_docker_does_not(void **state)
{
    struct world *world = *state;
    start(world);
    assert_int_equal(count(world), 0);
    assert_string_equal(image(world, "sha256:1"), "sha256:1");
    struct watch *watch = inventory_watch(world->inventory, &world->err);
    little_send(world->engine, "{\"Type\":\"image\",\"Action\":\"untag\"}\n");
    little_set(world->engine, "container", "a", "created");
    little_event(world->engine, "a", "create");
    assert_string_equal(next(world, watch), "a:created");
    little_refuse(world->engine, true);
    assert_string_equal(image(world, "sha256:1"), "sha256:1");
    assert_string_equal(image(world, "sha256:2"), "UNAVAILABLE");
    inventory_unwatch(world->inventory, watch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_finds_what_is_there),
        TEST(test_refuses_other_ids),
        TEST(test_reading_asks_docker_nothing),
        TEST(test_events_change_the_picture),
        TEST(test_reads_what_was_written),
        TEST(test_foreign_containers_are_not_asked_about),
        TEST(test_hung_inspects_delay_nobody),
        TEST(test_stream_cut_in_an_event),
        TEST(test_garbage_is_not_believed),
        TEST(test_engine_is_away),
        TEST(test_ends_while_an_inspect_hangs),
        TEST(test_images_are_kept_until_an_event),
        TEST(test_an_old_image_serves_while_docker_does_not),
    };
    return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
