/* reading: the golden trees of cgroup v1, v2 and hybrid, by the figures that their files hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "shim/stats/hugetlb.h"
#include "shim/stats/process.h"
#include "shim/stats/reading.h"
#include "tree.h"

struct world {
    struct arena *arena;
    struct hierarchies hierarchies;
    struct place container, sandbox, pod;
    struct reading reading;
    struct err err;
};

static void enter(struct world *world, const char *tree)
{
    struct place *place = &world->container;
    *world = (struct world){.arena = arena_create()};
    assert_true(hierarchies_read(world->arena, tree_root(world->arena, tree), &world->hierarchies,
                                 &world->err));
    assert_true(place_of_process(world->arena, &world->hierarchies, TREE_CONTAINER_PID,
                                 TREE_CONTAINER, place, &world->err));
    assert_true(place_of_process(world->arena, &world->hierarchies, TREE_SANDBOX_PID, TREE_SANDBOX,
                                 &world->sandbox, &world->err));
    place_parent(world->arena, &world->sandbox, &world->pod);
}

static void leave(struct world *world)
{
    arena_destroy(world->arena);
}

static void take(struct world *world, const struct place *place, enum reading_depth depth)
{
    assert_true(reading_take(world->arena, place, depth, &world->reading, &world->err));
    assert_true(world->reading.time_ns > 0);
}

#define IS(field, expected)                                                                        \
    do {                                                                                           \
        assert_true(world.reading.field.known);                                                    \
        assert_int_equal(world.reading.field.value, expected);                                     \
    } while (0)
#define IS_UNKNOWN(field) assert_false(world.reading.field.known)

/* The figures that both hand-written trees hold. */
static void both_versions_tell_the_same(void **state)
{
    (void)state;
    static const char *const trees[] = {"v1", "v2"};
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
        struct world world;
        enter(&world, trees[i]);
        take(&world, &world.container, READING_METRICS);
        IS(cpu_usage_ns, 7500000000);
        IS(cpu_user_ns, 7000000000);
        IS(cpu_system_ns, 500000000);
        IS(cpu_periods, 120);
        IS(cpu_throttled_periods, 7);
        IS(cpu_throttled_ns, 2500000000);
        IS(cpu_period_us, 100000);
        IS(memory_usage_bytes, 1100000000);
        IS(memory_inactive_file_bytes, 1069547520);
        IS(memory_active_file_bytes, 4194304);
        IS(memory_working_set_bytes, 1100000000 - 1069547520);
        IS(memory_rss_bytes, 20971520);
        IS(memory_cache_bytes, 1073741824);
        IS(memory_mapped_bytes, 4194304);
        IS(memory_kernel_bytes, 1048576);
        IS(memory_peak_bytes, 1100004096);
        IS(memory_limit_hits, 3);
        IS(page_faults, 5000);
        IS(major_page_faults, 40);
        IS(oom_kills, 2);
        IS(swap_usage_bytes, 65536);
        IS(threads, 9);
        assert_int_equal(world.reading.device_count, 2);
        assert_int_equal(world.reading.devices[0].read_bytes, 1073741824);
        assert_int_equal(world.reading.devices[0].writes, 2);
        assert_int_equal(world.reading.devices[1].reads, 1);
        take(&world, &world.pod, READING_STATS);
        IS(cpu_usage_ns, 8000000000);
        IS(memory_usage_bytes, 1200000000);
        leave(&world);
    }
}

static void limits_of_version_1(void **state)
{
    (void)state;
    struct world world;
    enter(&world, "v1");
    take(&world, &world.container, READING_METRICS);
    IS(cpu_shares, 1024);
    IS_UNKNOWN(cpu_quota_us);
    IS_UNKNOWN(memory_limit_bytes);
    IS_UNKNOWN(memory_available_bytes);
    IS_UNKNOWN(memory_and_swap_limit_bytes);
    IS_UNKNOWN(swap_available_bytes);
    IS_UNKNOWN(memory_reservation_bytes);
    IS(threads_max, 1024);
    assert_false(world.reading.cpu_pressure.known);
    leave(&world);
}

static void limits_and_pressure_of_version_2(void **state)
{
    (void)state;
    struct world world;
    enter(&world, "v2");
    take(&world, &world.container, READING_METRICS);
    IS(cpu_shares, 998); /* of 1024, which the weight of 39 stands for */
    IS(cpu_quota_us, 50000);
    IS(memory_limit_bytes, 2147483648);
    IS(memory_available_bytes, 2147483648 - (1100000000 - 1069547520));
    IS(swap_available_bytes, 1048576 - 65536);
    IS(memory_and_swap_limit_bytes, 2147483648 + 1048576);
    IS(memory_reservation_bytes, 0);
    IS_UNKNOWN(threads_max);
    assert_true(world.reading.cpu_pressure.some.avg10 == 12.34);
    assert_int_equal(world.reading.memory_pressure.full.total_us, 2000000);
    assert_int_equal(world.reading.io_pressure.some.total_us, 9000000);
    leave(&world);
}

/* Every figure from version 1's files, pressure from the other hierarchy. */
static void hybrid_reads_both(void **state)
{
    (void)state;
    struct world world;
    enter(&world, "hybrid");
    take(&world, &world.container, READING_METRICS);
    IS(cpu_usage_ns, 33479151891);
    IS(cpu_user_ns, 32810000000);
    IS(cpu_shares, 512);
    IS(cpu_quota_us, 50000);
    IS(cpu_throttled_ns, 18745748393);
    IS(memory_usage_bytes, 270888960);
    IS(memory_working_set_bytes, 270888960);
    IS(memory_limit_bytes, 536870912);
    IS(memory_available_bytes, 536870912 - 270888960);
    IS(memory_rss_bytes, 135168);
    IS(memory_and_swap_limit_bytes, 536870912);
    IS(swap_available_bytes, 0);
    IS_UNKNOWN(threads_max);
    assert_int_equal(world.reading.cpu_pressure.some.total_us, 29249619);
    assert_int_equal(world.reading.io_pressure.full.total_us, 224);
    assert_int_equal(world.reading.device_count, 0);
    leave(&world);
}

static void stats_do_not_read_the_metrics_part(void **state)
{
    (void)state;
    struct world world;
    enter(&world, "v1");
    take(&world, &world.container, READING_STATS);
    IS(page_faults, 5000);
    IS_UNKNOWN(cpu_user_ns);
    IS_UNKNOWN(threads);
    assert_int_equal(world.reading.device_count, 0);
    leave(&world);
}

/* Version 2's container has moved its first process, and has made cgroups of its own. */
static void processes_below_count(void **state)
{
    (void)state;
    struct world world;
    int64_t *pids;
    enter(&world, "v2");
    assert_non_null(strstr(world.container.of[CONTROLLER_MEMORY].directory,
                           "/docker-" TREE_CONTAINER ".scope"));
    assert_null(strstr(world.container.of[CONTROLLER_MEMORY].directory, "init.scope"));
    assert_int_equal(process_list(world.arena, &world.container, &pids), 3);
    assert_int_equal(process_list(world.arena, &world.pod, &pids), 4);
    leave(&world);
    enter(&world, "v1");
    assert_int_equal(process_list(world.arena, &world.container, &pids), 2);
    assert_int_equal(pids[0], 4242);
    assert_int_equal(pids[1], 4243);
    leave(&world);
}

static void huge_pages_by_size(void **state)
{
    (void)state;
    struct world world;
    struct hugetlb *sizes;
    enter(&world, "v1");
    assert_int_equal(hugetlb_read(world.arena, &world.container, &sizes), 1);
    assert_string_equal(sizes[0].page_size, "2MB");
    assert_int_equal(sizes[0].usage_bytes.value, 4194304);
    assert_int_equal(sizes[0].peak_bytes.value, 6291456);
    leave(&world);
    enter(&world, "v2");
    assert_int_equal(hugetlb_read(world.arena, &world.container, &sizes), 1);
    assert_string_equal(sizes[0].page_size, "2MB");
    assert_int_equal(sizes[0].usage_bytes.value, 4194304);
    assert_false(sizes[0].peak_bytes.known);
    leave(&world);
    enter(&world, "hybrid");
    assert_int_equal(hugetlb_read(world.arena, &world.container, &sizes), 0);
    leave(&world);
}

static void a_process_that_is_gone(void **state)
{
    (void)state;
    struct world world;
    struct place place;
    enter(&world, "v2");
    assert_false(place_of_process(world.arena, &world.hierarchies, TREE_NO_PID, TREE_CONTAINER,
                                  &place, &world.err));
    assert_int_equal(world.err.code, CODE_NOT_FOUND);
    leave(&world);
}

static void a_cgroup_that_is_gone(void **state)
{
    (void)state;
    struct world world;
    struct place place = {0};
    enter(&world, "v1");
    for (size_t i = 0; i < CONTROLLER_COUNT; i++) {
        place.of[i].version = world.container.of[i].version;
        place.of[i].directory = "test/golden/cgroup/v1/nothing";
    }
    assert_false(reading_take(world.arena, &place, READING_METRICS, &world.reading, &world.err));
    assert_int_equal(world.err.code, CODE_NOT_FOUND);
    leave(&world);
}

static void parts_add_up(void **state)
{
    (void)state;
    struct world world;
    struct reading sum = {0};
    enter(&world, "v1");
    take(&world, &world.container, READING_STATS);
    reading_add(&sum, &world.reading);
    take(&world, &world.sandbox, READING_STATS);
    reading_add(&sum, &world.reading);
    assert_int_equal(sum.cpu_usage_ns.value, 7520000000);
    assert_int_equal(sum.memory_usage_bytes.value, 1100500000);
    assert_int_equal(sum.page_faults.value, 10000);
    assert_false(sum.memory_limit_bytes.known);
    leave(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_versions_tell_the_same),
        cmocka_unit_test(limits_of_version_1),
        cmocka_unit_test(limits_and_pressure_of_version_2),
        cmocka_unit_test(hybrid_reads_both),
        cmocka_unit_test(stats_do_not_read_the_metrics_part),
        cmocka_unit_test(processes_below_count),
        cmocka_unit_test(huge_pages_by_size),
        cmocka_unit_test(a_process_that_is_gone),
        cmocka_unit_test(a_cgroup_that_is_gone),
        cmocka_unit_test(parts_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
