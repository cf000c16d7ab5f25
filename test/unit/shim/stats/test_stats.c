/* stats: CRI messages of the pod and the container of the golden trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shim/stats/stats.h"
#include "tree.h"

struct world {
    struct arena *arena;
    struct stats *stats;
    json_t *container, *sandbox;
    struct err err;
};

static void enter(struct world *world, const char *tree)
{
    *world = (struct world){.arena = arena_create()};
    world->stats = stats_create(tree_root(world->arena, tree), &world->err);
    assert_non_null(world->stats);
    world->container = tree_container(world->arena, TREE_CONTAINER_PID);
    world->sandbox = tree_sandbox(world->arena, TREE_SANDBOX_PID, "bridge", "/kubepods/burstable");
}

static void leave(struct world *world)
{
    stats_destroy(world->stats);
    arena_destroy(world->arena);
}

static void is_value(const Cri__UInt64Value *value, uint64_t expected)
{
    assert_non_null(value);
    assert_int_equal(value->value, expected);
}

static void whole_container(void **state)
{
    (void)state;
    struct world world;
    Cri__ContainerStats *stats;
    enter(&world, "v2");
    assert_true(stats_container(world.stats, world.arena, world.container, &stats, &world.err));
    assert_string_equal(stats->attributes->id, TREE_CONTAINER);
    assert_string_equal(stats->attributes->metadata->name, "burn");
    assert_int_equal(stats->attributes->n_labels, 1);
    assert_string_equal(stats->attributes->labels[0]->key, "app");
    assert_true(stats->cpu->timestamp > 0);
    is_value(stats->cpu->usage_core_nano_seconds, 7500000000);
    assert_null(stats->cpu->usage_nano_cores); /* it takes two readings */
    assert_int_equal(stats->cpu->psi->some->total, 3000000000);
    assert_true(stats->cpu->psi->some->avg10 == 12.34);
    assert_int_equal(stats->memory->timestamp, stats->cpu->timestamp);
    is_value(stats->memory->working_set_bytes, 30452480);
    is_value(stats->memory->available_bytes, 2147483648 - 30452480);
    is_value(stats->memory->usage_bytes, 1100000000);
    is_value(stats->memory->rss_bytes, 20971520);
    is_value(stats->memory->page_faults, 5000);
    is_value(stats->memory->major_page_faults, 40);
    assert_int_equal(stats->memory->psi->full->total, 2000000000);
    is_value(stats->swap->swap_usage_bytes, 65536);
    is_value(stats->swap->swap_available_bytes, 1048576 - 65536);
    assert_int_equal(stats->io->psi->some->total, 9000000000);
    assert_null(stats->writable_layer);
    leave(&world);
}

/* Without pressure files and limits there are no such fields, rather than zeros. */
static void nothing_is_made_up(void **state)
{
    (void)state;
    struct world world;
    Cri__ContainerStats *stats;
    enter(&world, "v1");
    assert_true(stats_container(world.stats, world.arena, world.container, &stats, &world.err));
    is_value(stats->memory->working_set_bytes, 30452480);
    assert_null(stats->memory->available_bytes);
    assert_null(stats->memory->psi);
    assert_null(stats->cpu->psi);
    assert_null(stats->io);
    is_value(stats->swap->swap_usage_bytes, 65536);
    assert_null(stats->swap->swap_available_bytes);
    leave(&world);
}

static void a_container_that_does_not_run(void **state)
{
    (void)state;
    static const int pids[] = {0, TREE_NO_PID};
    struct world world;
    Cri__ContainerStats *stats;
    enter(&world, "v2");
    for (size_t i = 0; i < sizeof(pids) / sizeof(pids[0]); i++) {
        json_t *container = tree_container(world.arena, pids[i]);
        assert_false(stats_container(world.stats, world.arena, container, &stats, &world.err));
        assert_int_equal(world.err.code, CODE_NOT_FOUND);
    }
    stats = stats_container_at_rest(world.stats, world.arena, world.container);
    assert_string_equal(stats->attributes->metadata->name, "burn");
    assert_null(stats->cpu);
    assert_null(stats->memory);
    leave(&world);
}

static void whole_pod(void **state)
{
    (void)state;
    struct world world;
    Cri__PodSandboxStats *stats;
    enter(&world, "v2");
    assert_true(stats_sandbox(world.stats, world.arena, world.sandbox, &world.container, 1, &stats,
                              &world.err));
    assert_string_equal(stats->attributes->metadata->name, "web");
    assert_string_equal(stats->attributes->metadata->namespace_, "shop");
    assert_string_equal(stats->attributes->labels[0]->key, "tier");
    is_value(stats->linux->cpu->usage_core_nano_seconds, 8000000000);
    is_value(stats->linux->memory->usage_bytes, 1200000000);
    assert_null(stats->linux->memory->available_bytes);
    is_value(stats->linux->process->process_count, 4);
    assert_non_null(stats->linux->io->psi);
    assert_int_equal(stats->linux->n_containers, 1);
    assert_string_equal(stats->linux->containers[0]->attributes->id, TREE_CONTAINER);
    const Cri__NetworkUsage *network = stats->linux->network;
    assert_true(network->timestamp > 0);
    assert_string_equal(network->default_interface->name, "eth0");
    is_value(network->default_interface->rx_bytes, 98765432);
    is_value(network->default_interface->rx_errors, 1);
    is_value(network->default_interface->tx_bytes, 12345678);
    is_value(network->default_interface->tx_errors, 3);
    assert_int_equal(network->n_interfaces, 1);
    assert_string_equal(network->interfaces[0]->name, "net1");
    leave(&world);
}

/* A pod that was given no cgroup is the sum of its containers, the pause container among them. */
static void pod_without_a_cgroup(void **state)
{
    (void)state;
    struct world world;
    Cri__PodSandboxStats *stats;
    enter(&world, "v1");
    json_t *sandbox = tree_sandbox(world.arena, TREE_SANDBOX_PID, "bridge", "");
    assert_true(
        stats_sandbox(world.stats, world.arena, sandbox, &world.container, 1, &stats, &world.err));
    is_value(stats->linux->cpu->usage_core_nano_seconds, 7520000000);
    is_value(stats->linux->memory->usage_bytes, 1100500000);
    is_value(stats->linux->process->process_count, 3);
    leave(&world);
}

/* The node's network is not the pod's, and containers that have ended are no part of it. */
static void pod_with_less_in_it(void **state)
{
    (void)state;
    struct world world;
    Cri__PodSandboxStats *stats;
    enter(&world, "v2");
    json_t *sandbox = tree_sandbox(world.arena, TREE_SANDBOX_PID, "host", "/kubepods");
    json_t *containers[] = {tree_container(world.arena, 0),
                            tree_container(world.arena, TREE_NO_PID)};
    assert_true(
        stats_sandbox(world.stats, world.arena, sandbox, containers, 2, &stats, &world.err));
    assert_null(stats->linux->network);
    assert_int_equal(stats->linux->n_containers, 0);
    leave(&world);
}

static void a_pod_that_does_not_run(void **state)
{
    (void)state;
    struct world world;
    Cri__PodSandboxStats *stats;
    enter(&world, "v2");
    json_t *sandbox = tree_sandbox(world.arena, 0, "bridge", "/kubepods");
    assert_false(stats_sandbox(world.stats, world.arena, sandbox, NULL, 0, &stats, &world.err));
    assert_int_equal(world.err.code, CODE_NOT_FOUND);
    leave(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_container),
        cmocka_unit_test(nothing_is_made_up),
        cmocka_unit_test(a_container_that_does_not_run),
        cmocka_unit_test(whole_pod),
        cmocka_unit_test(pod_without_a_cgroup),
        cmocka_unit_test(pod_with_less_in_it),
        cmocka_unit_test(a_pod_that_does_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
