/* metric: the families that dashboards know, their labels, and their values in the golden trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "shim/stats/metric_sink.h"
#include "shim/stats/stats.h"
#include "tree.h"

/* What kubelets report through cAdvisor, and the labels that each family has besides the base. */
static const char *const expected[][2] = {
    {"container_blkio_device_usage_total", "device,major,minor,operation"},
    {"container_cpu_cfs_periods_total", ""},
    {"container_cpu_cfs_throttled_periods_total", ""},
    {"container_cpu_cfs_throttled_seconds_total", ""},
    {"container_cpu_system_seconds_total", ""},
    {"container_cpu_usage_seconds_total", "cpu"},
    {"container_cpu_user_seconds_total", ""},
    {"container_file_descriptors", ""},
    {"container_fs_inodes_free", "device"},
    {"container_fs_inodes_total", "device"},
    {"container_fs_limit_bytes", "device"},
    {"container_fs_reads_bytes_total", "device"},
    {"container_fs_reads_total", "device"},
    {"container_fs_usage_bytes", "device"},
    {"container_fs_writes_bytes_total", "device"},
    {"container_fs_writes_total", "device"},
    {"container_hugetlb_max_usage_bytes", "pagesize"},
    {"container_hugetlb_usage_bytes", "pagesize"},
    {"container_last_seen", ""},
    {"container_memory_cache", ""},
    {"container_memory_failcnt", ""},
    {"container_memory_failures_total", "failure_type,scope"},
    {"container_memory_kernel_usage", ""},
    {"container_memory_mapped_file", ""},
    {"container_memory_max_usage_bytes", ""},
    {"container_memory_rss", ""},
    {"container_memory_swap", ""},
    {"container_memory_total_active_file_bytes", ""},
    {"container_memory_total_inactive_file_bytes", ""},
    {"container_memory_usage_bytes", ""},
    {"container_memory_working_set_bytes", ""},
    {"container_network_receive_bytes_total", "interface"},
    {"container_network_receive_errors_total", "interface"},
    {"container_network_receive_packets_dropped_total", "interface"},
    {"container_network_receive_packets_total", "interface"},
    {"container_network_transmit_bytes_total", "interface"},
    {"container_network_transmit_errors_total", "interface"},
    {"container_network_transmit_packets_dropped_total", "interface"},
    {"container_network_transmit_packets_total", "interface"},
    {"container_oom_events_total", ""},
    {"container_pressure_cpu_stalled_seconds_total", ""},
    {"container_pressure_cpu_waiting_seconds_total", ""},
    {"container_pressure_io_stalled_seconds_total", ""},
    {"container_pressure_io_waiting_seconds_total", ""},
    {"container_pressure_memory_stalled_seconds_total", ""},
    {"container_pressure_memory_waiting_seconds_total", ""},
    {"container_processes", ""},
    {"container_sockets", ""},
    {"container_spec_cpu_period", ""},
    {"container_spec_cpu_quota", ""},
    {"container_spec_cpu_shares", ""},
    {"container_spec_memory_limit_bytes", ""},
    {"container_spec_memory_reservation_limit_bytes", ""},
    {"container_spec_memory_swap_limit_bytes", ""},
    {"container_start_time_seconds", ""},
    {"container_threads", ""},
    {"container_threads_max", ""},
    {"container_ulimits_soft", "ulimit"},
};

enum { EXPECTED_COUNT = sizeof(expected) / sizeof(expected[0]) };

struct world {
    struct arena *arena;
    struct stats *stats;
    Cri__MetricDescriptor **descriptors;
    size_t descriptor_count;
    Cri__PodSandboxMetrics *pod;
    const Cri__ContainerMetrics *container;
};

static void enter(struct world *world, const char *tree)
{
    struct err err = ERR_INIT;
    *world = (struct world){.arena = arena_create()};
    world->stats = stats_create(tree_root(world->arena, tree), &err);
    assert_non_null(world->stats);
    json_t *container = tree_container(world->arena, TREE_CONTAINER_PID);
    json_t *sandbox = tree_sandbox(world->arena, TREE_SANDBOX_PID, "bridge", "/kubepods");
    metric_descriptors(world->arena, &world->descriptors, &world->descriptor_count);
    assert_true(stats_sandbox_metrics(world->stats, world->arena, sandbox, &container, 1,
                                      &world->pod, &err));
    assert_int_equal(world->pod->n_container_metrics, 1);
    world->container = world->pod->container_metrics[0];
}

static void leave(struct world *world)
{
    stats_destroy(world->stats);
    arena_destroy(world->arena);
}

static const Cri__MetricDescriptor *descriptor_of(const struct world *world, const char *name)
{
    for (size_t i = 0; i < world->descriptor_count; i++)
        if (strcmp(world->descriptors[i]->name, name) == 0)
            return world->descriptors[i];
    fail_msg("no descriptor %s", name);
    return NULL;
}

/* The metric of a name whose last label has a value ("" for any); NULL if there is none. */
static const Cri__Metric *find(Cri__Metric *const *metrics, size_t count, const char *name,
                               const char *last)
{
    for (size_t i = 0; i < count; i++) {
        const Cri__Metric *metric = metrics[i];
        if (strcmp(metric->name, name) == 0 &&
            (last[0] == '\0' ||
             strcmp(metric->label_values[metric->n_label_values - 1], last) == 0))
            return metric;
    }
    return NULL;
}

static void is_value(const struct world *world, const char *name, const char *last, uint64_t value)
{
    const Cri__Metric *metric =
        find(world->container->metrics, world->container->n_metrics, name, last);
    if (metric == NULL)
        fail_msg("no metric %s %s", name, last);
    else
        assert_int_equal(metric->value->value, value);
}

static void all_families_with_their_labels(void **state)
{
    (void)state;
    static const char *const base[] = {"container", "id", "image", "name", "namespace", "pod"};
    struct world world;
    enter(&world, "v1");
    assert_int_equal(world.descriptor_count, EXPECTED_COUNT);
    for (size_t i = 0; i < EXPECTED_COUNT; i++) {
        const Cri__MetricDescriptor *descriptor = descriptor_of(&world, expected[i][0]);
        char extra[128] = "";
        assert_true(descriptor->help[0] != '\0');
        assert_true(descriptor->n_label_keys >= 6);
        for (size_t label = 0; label < 6; label++)
            assert_string_equal(descriptor->label_keys[label], base[label]);
        for (size_t label = 6; label < descriptor->n_label_keys; label++) {
            size_t used = strlen(extra);
            (void)snprintf(extra + used, sizeof(extra) - used, "%s%s", label > 6 ? "," : "",
                           descriptor->label_keys[label]);
        }
        assert_string_equal(extra, expected[i][1]);
    }
    leave(&world);
}

static void check_labels(const struct world *world, Cri__Metric *const *metrics, size_t count,
                         const char *const *base)
{
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        const Cri__Metric *metric = metrics[i];
        assert_int_equal(metric->n_label_values, descriptor_of(world, metric->name)->n_label_keys);
        for (size_t label = 0; label < 6; label++)
            assert_string_equal(metric->label_values[label], base[label]);
        for (size_t label = 6; label < metric->n_label_values; label++)
            assert_true(metric->label_values[label][0] != '\0');
    }
}

static void values_have_a_label_for_each_key(void **state)
{
    (void)state;
    static const char *const of_container[] = {
        "burn", TREE_CONTAINER, "example.org/burn:1", "k8s_burn_web_shop_u-1_0", "shop", "web"};
    static const char *const of_pod[] = {"", TREE_SANDBOX, "", "", "shop", "web"};
    static const char *const trees[] = {"v1", "v2", "hybrid"};
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
        struct world world;
        enter(&world, trees[i]);
        assert_string_equal(world.pod->pod_sandbox_id, TREE_SANDBOX);
        assert_string_equal(world.container->container_id, TREE_CONTAINER);
        check_labels(&world, world.pod->metrics, world.pod->n_metrics, of_pod);
        check_labels(&world, world.container->metrics, world.container->n_metrics, of_container);
        leave(&world);
    }
}

static void values_of_both_versions(void **state)
{
    (void)state;
    static const char *const trees[] = {"v1", "v2"};
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
        struct world world;
        enter(&world, trees[i]);
        is_value(&world, "container_cpu_usage_seconds_total", "total", 7);
        is_value(&world, "container_cpu_user_seconds_total", "", 7);
        is_value(&world, "container_cpu_cfs_throttled_seconds_total", "", 2);
        is_value(&world, "container_memory_working_set_bytes", "", 30452480);
        is_value(&world, "container_memory_failcnt", "", 3);
        is_value(&world, "container_oom_events_total", "", 2);
        is_value(&world, "container_hugetlb_usage_bytes", "2MB", 4194304);
        is_value(&world, "container_fs_reads_bytes_total", "8:0", 1073741824);
        is_value(&world, "container_fs_writes_total", "8:0", 2);
        is_value(&world, "container_fs_reads_total", "253:1", 1);
        is_value(&world, "container_blkio_device_usage_total", "Write", 8192);
        is_value(&world, "container_ulimits_soft", "max_open_files", 1024);
        is_value(&world, "container_spec_cpu_shares", "", 512); /* as asked for */
        is_value(&world, "container_spec_memory_reservation_limit_bytes", "", 0);
        is_value(&world, "container_start_time_seconds", "", 1767323045);
        is_value(&world, "container_processes", "", i == 0 ? 2 : 3);
        is_value(&world, "container_threads", "", 9);
        leave(&world);
    }
}

static void limits_that_are_not_there(void **state)
{
    (void)state;
    struct world world;
    enter(&world, "v1");
    is_value(&world, "container_spec_memory_limit_bytes", "", 0);
    is_value(&world, "container_spec_memory_swap_limit_bytes", "", 0);
    is_value(&world, "container_threads_max", "", 1024);
    assert_null(
        find(world.container->metrics, world.container->n_metrics, "container_spec_cpu_quota", ""));
    assert_null(find(world.container->metrics, world.container->n_metrics,
                     "container_pressure_cpu_waiting_seconds_total", ""));
    leave(&world);
    enter(&world, "v2");
    is_value(&world, "container_spec_memory_limit_bytes", "", 2147483648);
    is_value(&world, "container_spec_cpu_quota", "", 50000);
    is_value(&world, "container_threads_max", "", 0);
    is_value(&world, "container_pressure_cpu_waiting_seconds_total", "", 3);
    is_value(&world, "container_pressure_memory_stalled_seconds_total", "", 2);
    leave(&world);
}

static void network_belongs_to_the_pod(void **state)
{
    (void)state;
    struct world world;
    enter(&world, "v2");
    const Cri__Metric *metric = find(world.pod->metrics, world.pod->n_metrics,
                                     "container_network_receive_packets_dropped_total", "eth0");
    assert_non_null(metric);
    assert_int_equal(metric->value->value, 2);
    assert_int_equal(metric->metric_type, CRI__METRIC_TYPE__COUNTER);
    assert_int_equal(world.pod->n_metrics, 16);
    leave(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_families_with_their_labels),
        cmocka_unit_test(values_have_a_label_for_each_key),
        cmocka_unit_test(values_of_both_versions),
        cmocka_unit_test(limits_that_are_not_there),
        cmocka_unit_test(network_belongs_to_the_pod),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
