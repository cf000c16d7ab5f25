/* The "cni" plugin as a whole, with real namespaces and plugins that are shell scripts: what is
 * attached, undone and told, over restarts of the daemon and reboots of the node. Needs root. */
#include "test/unit/shim/network/workspace.h"

#include <dirent.h>
#include <pthread.h>

#include "shim/network/netns.h"
#include "shim/network/network.h"
#include "test/unit/shim/network/group_process.h"
#include "test/unit/shim/network/pod_process.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER_ID "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

/* What stands in a node: settings, the network, and one pod's process. */
struct node {
    struct workspace *ws;
    struct settings settings;
    struct network *network;
    pid_t pid;
};

static void write_config(struct workspace *ws, const char *version)
{
    ws_write(ws, "conf/10.conflist",
             arena_printf(ws->arena,
                          "{\"cniVersion\":\"%s\",\"name\":\"net\",\"plugins\":["
                          "{\"type\":\"a\"},{\"type\":\"b\"}]}",
                          version));
}

static int node_setup(void **state)
{
    if (workspace_setup(state) != 0)
        return -1;
    struct workspace *ws = *state;
    struct node *node = calloc(1, sizeof(*node));
    node->ws = ws;
    ws_mkdir(ws, "conf");
    ws_plugin(ws, "a");
    ws_plugin(ws, "b");
    write_config(ws, "1.0.0");
    node->settings = (struct settings){
        .root_directory = ws_path(ws, "root"),
        .run_directory = ws_path(ws, "run"),
        .cni_conf_dir = ws_path(ws, "conf"),
        .cni_bin_dir = ws_path(ws, "bin"),
        .cni_cache_dir = ws_path(ws, "cache"),
        .cni_timeout_ns = 600 * NS_PER_S,
        .pod_cidr = "",
    };
    node->network = network_create(&node->settings, &ws->err);
    if (node->network != NULL && geteuid() == 0)
        node->pid = pod_process_start("true");
    *state = node;
    return node->network != NULL ? 0 : -1;
}

static void end_pod(struct node *node)
{
    if (node->pid > 0)
        pod_process_end(node->pid);
    node->pid = 0;
}

static int node_teardown(void **state)
{
    struct node *node = *state;
    void *ws = node->ws;
    struct err err = ERR_INIT;
    end_pod(node);
    network_destroy(node->network);
    (void)netns_unpin(ws_path(ws, "run/netns/" ID), &err);
    (void)netns_unpin(ws_path(ws, "run/netns/" OTHER_ID), &err);
    free(node);
    return workspace_teardown(&ws);
}

#define node_test(function) cmocka_unit_test_setup_teardown(function, node_setup, node_teardown)

static void need_pod(const struct node *node)
{
    if (node->pid <= 0)
        skip();
}

/* The daemon is killed and starts again: nothing is closed in order. */
static void restart(struct node *node)
{
    struct network *before = node->network;
    node->network = network_create(&node->settings, &node->ws->err);
    assert_non_null(node->network);
    network_destroy(before);
}

/* An inspect document. Ours carry a label. */
static json_t *document(struct node *node, const char *id, pid_t pid, bool ours)
{
    json_t *labels =
        ours ? json_pack("{s:s}", "io.dockershimd.runtime-handler", "") : json_object();
    return arena_json(node->ws->arena,
                      json_pack("{s:s, s:s, s:{s:i, s:b}, s:{s:o}, s:{s:s}}", "Id", id, "Name",
                                "/k8s_POD_web_shop_uid-1_0", "State", "Pid", (int)pid, "Running",
                                pid > 0, "Config", "Labels", labels, "HostConfig", "NetworkMode",
                                "none"));
}

static json_t *sandbox(struct node *node)
{
    return document(node, ID, node->pid, true);
}

static bool setup(struct node *node)
{
    Cri__PodSandboxMetadata metadata;
    Cri__PodSandboxConfig config;
    cri__pod_sandbox_metadata__init(&metadata);
    cri__pod_sandbox_config__init(&config);
    metadata.name = "web";
    metadata.namespace_ = "shop";
    metadata.uid = "uid-1";
    config.metadata = &metadata;
    node->ws->err = (struct err)ERR_INIT;
    return network_setup(node->network, &node->ws->scope, sandbox(node), &config, &node->ws->err);
}

static bool teardown(struct node *node, const json_t *inspected)
{
    node->ws->err = (struct err)ERR_INIT;
    return network_teardown(node->network, &node->ws->scope, ID, inspected, &node->ws->err);
}

static const char *ips(struct node *node, const json_t *inspected)
{
    const char *const *list, *joined = "";
    size_t count;
    if (!network_ips(node->network, &node->ws->scope, inspected, &list, &count, &node->ws->err))
        return node->ws->err.text;
    for (size_t i = 0; i < count; i++)
        joined = arena_printf(node->ws->arena, "%s%s%s", joined, i > 0 ? "," : "", list[i]);
    return joined;
}

static size_t files_in(struct workspace *ws, const char *name)
{
    DIR *directory = opendir(ws_path(ws, name));
    size_t count = 0;
    if (directory == NULL)
        return 0;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    (void)closedir(directory);
    return count;
}

/* Nothing is kept of any pod. */
static void assert_clean(struct node *node)
{
    struct workspace *ws = node->ws;
    assert_int_equal(files_in(ws, "root/network"), 0);
    assert_int_equal(files_in(ws, "run/network"), 0);
    assert_int_equal(files_in(ws, "run/netns"), 0);
    assert_int_equal(files_in(ws, "cache/results"), 0);
}

static void assert_attached(struct node *node)
{
    struct workspace *ws = node->ws;
    assert_true(ws_exists(ws, "root/network/" ID ".json"));
    assert_true(ws_exists(ws, "run/network/" ID ".json"));
    assert_true(netns_exists(ws_path(ws, "run/netns/" ID)));
    assert_true(ws_exists(ws, "cache/results/net-" ID "-eth0"));
}

static const char *environment_of(struct node *node, const char *run)
{
    return arena_printf(node->ws->arena, "\n%s",
                        ws_read(node->ws, arena_printf(node->ws->arena, "%s.env", run)));
}

static void a_pod_is_attached_and_detached(void **state)
{
    struct node *node = *state;
    need_pod(node);
    if (!setup(node))
        fail_msg("%s", node->ws->err.text);
    assert_attached(node);
    assert_string_equal(ws_calls(node->ws), "a ADD,b ADD,");
    assert_non_null(
        strstr(environment_of(node, "a.ADD"), arena_printf(node->ws->arena, "\nCNI_NETNS=%s\n",
                                                           ws_path(node->ws, "run/netns/" ID))));
    assert_non_null(strstr(environment_of(node, "a.ADD"),
                           "\nCNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;"
                           "K8S_POD_INFRA_CONTAINER_ID=" ID ";K8S_POD_UID=uid-1\n"));
    assert_string_equal(ips(node, sandbox(node)), "10.9.0.2");
    assert_true(teardown(node, sandbox(node)));
    assert_string_equal(ws_calls(node->ws), "b DEL,a DEL,");
    assert_clean(node);
    assert_true(teardown(node, sandbox(node)));
    assert_string_equal(ws_calls(node->ws), "");
}

static void the_record_is_there_before_add_runs(void **state)
{
    struct node *node = *state;
    need_pod(node);
    ws_write(node->ws, "a.ADD.do",
             "[ -e \"$here/root/network/$CNI_CONTAINERID.json\" ] && [ -e \"$CNI_NETNS\" ] && "
             "echo '{\"ips\":[]}'");
    ws_write(node->ws, "b.ADD.do",
             "grep -q '\"complete\":false' \"$here/run/network/$CNI_CONTAINERID.json\" && "
             "echo '{\"ips\":[]}'");
    if (!setup(node))
        fail_msg("%s", node->ws->err.text);
    assert_non_null(strstr(ws_read(node->ws, "run/network/" ID ".json"), "\"complete\":true"));
}

static void whatever_fails_in_add_is_undone(void **state)
{
    struct node *node = *state;
    static const char *const failures[] = {
        "exit 1", "echo '{\"msg\":\"no addresses\"}'; exit 1",     "echo garbage",
        "exit 0", "echo '{\"ips\":[{\"address\":\"nonsense\"}]}'", "kill -KILL $$",
    };
    need_pod(node);
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        ws_write(node->ws, "b.ADD.do", failures[i]);
        assert_false(setup(node));
        assert_int_equal(node->ws->err.code, CODE_UNKNOWN);
        assert_string_equal(ws_calls(node->ws), "a ADD,b ADD,b DEL,a DEL,");
        /* What the first had answered tells both what there is to undo. */
        assert_non_null(strstr(ws_read(node->ws, "b.DEL.stdin"), "\"prevResult\":"));
        assert_clean(node);
        /* The sandbox can be had again at once: nobody holds it any more. */
        assert_true(teardown(node, sandbox(node)));
        assert_string_equal(ws_calls(node->ws), "");
    }
}

static void a_plugin_that_hangs_is_undone_in_a_time_of_its_own(void **state)
{
    struct node *node = *state;
    need_pod(node);
    node->settings.cni_timeout_ns = 2 * NS_PER_S;
    ws_write(node->ws, "b.ADD.do", "sleep 1000");
    assert_false(setup(node));
    assert_int_equal(node->ws->err.code, CODE_DEADLINE_EXCEEDED);
    assert_string_equal(ws_calls(node->ws), "a ADD,b ADD,b DEL,a DEL,");
    assert_clean(node);
}

static void what_failed_before_add_ran_needs_no_del(void **state)
{
    struct node *node = *state;
    need_pod(node);
    pid_t pid = node->pid;
    node->pid = getpid(); /* the node's own namespace */
    assert_false(setup(node));
    node->pid = pid;
    assert_non_null(strstr(node->ws->err.text, "node's own"));
    assert_string_equal(ws_calls(node->ws), "");
    assert_clean(node);
    end_pod(node);
    assert_false(setup(node));
    assert_int_equal(node->ws->err.code, CODE_FAILED_PRECONDITION);
    assert_string_equal(ws_calls(node->ws), "");
    assert_clean(node);
}

static void without_a_configuration_nothing_is_begun(void **state)
{
    struct node *node = *state;
    need_pod(node);
    assert_int_equal(unlink(ws_path(node->ws, "conf/10.conflist")), 0);
    assert_false(setup(node));
    assert_int_equal(node->ws->err.code, CODE_FAILED_PRECONDITION);
    assert_non_null(strstr(node->ws->err.text, ws_path(node->ws, "conf")));
    assert_clean(node);
}

static void del_is_repeated_until_it_has_worked(void **state)
{
    struct node *node = *state;
    need_pod(node);
    assert_true(setup(node));
    ws_write(node->ws, "a.DEL.do", "echo '{\"msg\":\"busy\"}'; exit 1");
    for (int i = 0; i < 3; i++) {
        assert_false(teardown(node, sandbox(node)));
        assert_string_equal(node->ws->err.text, "CNI plugin a failed to DEL: busy");
        assert_attached(node);
        restart(node);
    }
    assert_int_equal(unlink(ws_path(node->ws, "a.DEL.do")), 0);
    assert_true(teardown(node, sandbox(node)));
    assert_clean(node);
}

static void an_undoing_that_fails_is_left_to_the_next_teardown(void **state)
{
    struct node *node = *state;
    need_pod(node);
    ws_write(node->ws, "b.ADD.do", "exit 1");
    ws_write(node->ws, "b.DEL.do", "exit 1");
    assert_false(setup(node));
    assert_non_null(strstr(node->ws->err.text, "failed to ADD"));
    assert_true(ws_exists(node->ws, "root/network/" ID ".json"));
    assert_string_equal(ips(node, sandbox(node)), "");
    assert_int_equal(unlink(ws_path(node->ws, "b.DEL.do")), 0);
    restart(node);
    (void)ws_calls(node->ws);
    assert_true(teardown(node, NULL));
    assert_string_equal(ws_calls(node->ws), "b DEL,a DEL,");
    assert_clean(node);
}

static void del_uses_what_add_used(void **state)
{
    struct node *node = *state;
    need_pod(node);
    assert_true(setup(node));
    (void)ws_calls(node->ws);
    ws_plugin(node->ws, "c");
    ws_write(node->ws, "conf/10.conflist",
             "{\"cniVersion\":\"1.0.0\",\"name\":\"new\",\"plugins\":[{\"type\":\"c\"}]}");
    assert_true(teardown(node, sandbox(node)));
    assert_string_equal(ws_calls(node->ws), "b DEL,a DEL,");
    assert_clean(node);
}

static void del_works_without_configuration_pause_and_daemon(void **state)
{
    struct node *node = *state;
    need_pod(node);
    assert_true(setup(node));
    (void)ws_calls(node->ws);
    assert_int_equal(unlink(ws_path(node->ws, "conf/10.conflist")), 0);
    end_pod(node);
    restart(node);
    assert_string_equal(ips(node, sandbox(node)), "10.9.0.2");
    ws_write(node->ws, "a.DEL.do", "[ -e \"$CNI_NETNS\" ]"); /* it is still pinned */
    assert_true(teardown(node, sandbox(node)));
    assert_string_equal(ws_calls(node->ws), "b DEL,a DEL,");
    assert_clean(node);
}

static void after_a_reboot_del_has_no_namespace_but_the_cached_result(void **state)
{
    struct node *node = *state;
    struct workspace *ws = node->ws;
    need_pod(node);
    assert_true(setup(node));
    (void)ws_calls(ws);
    end_pod(node);
    assert_true(netns_unpin(ws_path(ws, "run/netns/" ID), &ws->err));
    assert_int_equal(unlink(ws_path(ws, "run/network/" ID ".json")), 0);
    restart(node);
    assert_true(teardown(node, sandbox(node)));
    assert_string_equal(ws_calls(ws), "b DEL,a DEL,");
    assert_non_null(strstr(environment_of(node, "a.DEL"), "\nCNI_NETNS=\n"));
    assert_non_null(strstr(ws_read(ws, "a.DEL.stdin"), "10.9.0.2"));
    assert_clean(node);
}

static void a_lost_pin_is_made_up_for_by_the_pause_container(void **state)
{
    struct node *node = *state;
    need_pod(node);
    assert_true(setup(node));
    assert_true(netns_unpin(ws_path(node->ws, "run/netns/" ID), &node->ws->err));
    assert_true(teardown(node, sandbox(node)));
    assert_non_null(
        strstr(environment_of(node, "a.DEL"),
               arena_printf(node->ws->arena, "\nCNI_NETNS=/proc/%d/ns/net\n", (int)node->pid)));
    assert_clean(node);
}

static void addresses_outlive_the_daemon(void **state)
{
    struct node *node = *state;
    need_pod(node);
    ws_write(node->ws, "b.ADD.do",
             "echo '{\"ips\":[{\"address\":\"fd00::9/64\"},{\"address\":\"10.9.0.9/24\"}]}'");
    assert_true(setup(node));
    assert_string_equal(ips(node, sandbox(node)), "fd00::9,10.9.0.9");
    restart(node);
    assert_string_equal(ips(node, sandbox(node)), "fd00::9,10.9.0.9");
}

static void a_pause_container_that_was_restarted_has_no_addresses(void **state)
{
    struct node *node = *state;
    need_pod(node);
    assert_true(setup(node));
    pid_t again = pod_process_start("true");
    assert_true(again > 0);
    assert_string_equal(ips(node, document(node, ID, again, true)), "");
    assert_string_equal(ips(node, sandbox(node)), "10.9.0.2");
    pod_process_end(again);
}

static void the_kernel_knows_what_the_result_does_not_tell(void **state)
{
    struct node *node = *state;
    need_pod(node);
    end_pod(node);
    node->pid = pod_process_start("ip link add eth0 type bridge && "
                                  "ip addr add 10.9.7.7/24 dev eth0 && ip link set eth0 up");
    assert_true(node->pid > 0);
    ws_write(node->ws, "b.ADD.do", "echo '{}'");
    assert_true(setup(node));
    assert_string_equal(ips(node, sandbox(node)), "10.9.7.7");
}

/* What the incumbent leaves of a pod: its result cache. */
static void write_incumbents_cache(struct workspace *ws)
{
    ws_mkdir(ws, "cache/results");
    /* {"cniVersion":"0.4.0","name":"net","plugins":[{"type":"a"}]} */
    ws_write(ws, "cache/results/net-" ID "-eth0",
             "{\"kind\":\"cniCacheV1\",\"containerId\":\"" ID "\",\"config\":"
             "\"eyJjbmlWZXJzaW9uIjoiMC40LjAiLCJuYW1lIjoibmV0IiwicGx1Z2lucyI6W3sidHlwZSI6ImEifV19\","
             "\"ifName\":\"eth0\",\"networkName\":\"net\",\"cniArgs\":[[\"K8S_POD_NAME\",\"web\"]],"
             "\"capabilityArgs\":{\"portMappings\":[]},"
             "\"result\":{\"cniVersion\":\"0.4.0\",\"ips\":[{\"address\":\"10.9.0.5/24\"}]}}");
    ws_write(ws, "cache/results/cni-loopback-" ID "-eth0", "{\"kind\":\"cniCacheV1\"}");
}

static void an_adopted_pod_is_detached_as_it_was_attached(void **state)
{
    struct node *node = *state;
    need_pod(node);
    write_incumbents_cache(node->ws);
    assert_true(teardown(node, document(node, ID, node->pid, false)));
    assert_string_equal(ws_calls(node->ws), "a DEL,");
    assert_non_null(strstr(ws_read(node->ws, "a.DEL.stdin"), "10.9.0.5"));
    assert_non_null(strstr(environment_of(node, "a.DEL"), "\nCNI_ARGS=K8S_POD_NAME=web\n"));
    assert_non_null(
        strstr(environment_of(node, "a.DEL"),
               arena_printf(node->ws->arena, "\nCNI_NETNS=/proc/%d/ns/net\n", (int)node->pid)));
    assert_clean(node);
}

static void an_adopted_pod_that_is_dead_gives_its_addresses_back(void **state)
{
    struct node *node = *state;
    write_incumbents_cache(node->ws);
    assert_true(teardown(node, NULL));
    assert_string_equal(ws_calls(node->ws), "a DEL,");
    assert_non_null(strstr(environment_of(node, "a.DEL"), "\nCNI_NETNS=\n"));
    assert_clean(node);
}

static void without_a_cache_an_adopted_pod_is_detached_as_pods_are_today(void **state)
{
    struct node *node = *state;
    need_pod(node);
    assert_true(teardown(node, document(node, ID, node->pid, false)));
    assert_string_equal(ws_calls(node->ws), "b DEL,a DEL,");
    /* One of ours without a record has nothing attached, and a dead one no way to know. */
    assert_true(teardown(node, document(node, ID, node->pid, true)));
    assert_true(teardown(node, document(node, ID, 0, false)));
    assert_string_equal(ws_calls(node->ws), "");
}

static void the_nodes_own_network_is_never_touched(void **state)
{
    struct node *node = *state;
    json_t *on_host = document(node, ID, getpid(), false);
    assert_true(teardown(node, on_host));
    assert_string_equal(ws_calls(node->ws), "");
    assert_string_equal(ips(node, on_host), "");
    (void)json_object_set_new(json_object_get(on_host, "HostConfig"), "NetworkMode",
                              json_string("host"));
    write_incumbents_cache(node->ws);
    assert_true(teardown(node, on_host));
    assert_string_equal(ws_calls(node->ws), "");
}

static void an_id_that_is_a_path_is_nobodys(void **state)
{
    struct node *node = *state;
    static const char *const bad[] = {"", "../../victim", ".", "a/b", "-x"};
    ws_mkdir(node->ws, "run/netns");
    ws_write(node->ws, "victim", "");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_true(
            network_teardown(node->network, &node->ws->scope, bad[i], NULL, &node->ws->err));
    assert_true(ws_exists(node->ws, "victim"));
    assert_true(ws_exists(node->ws, "run/netns"));
}

static bool reconcile(struct node *node, const char *const *known, size_t known_count,
                      const char *const *living, size_t living_count)
{
    const struct network_census census = {
        .known = known, .known_count = known_count, .living = living, .living_count = living_count};
    node->ws->err = (struct err)ERR_INIT;
    return network_reconcile(node->network, &node->ws->scope, &census, &node->ws->err);
}

static void sandboxes_that_are_gone_are_cleaned_up_and_others_are_not(void **state)
{
    struct node *node = *state;
    struct workspace *ws = node->ws;
    size_t count;
    need_pod(node);
    assert_true(setup(node));
    restart(node);
    ws_write(ws, "run/netns/" OTHER_ID, "");
    ws_write(ws, "root/network/" OTHER_ID ".json.tmp", "{");
    ws_write(ws, "root/network/note.txt", "mine");
    const char **known = network_known(node->network, ws->arena, &count);
    assert_int_equal(count, 2);
    (void)ws_calls(ws);
    assert_true(reconcile(node, known, count, (const char *[]){ID}, 1));
    assert_attached(node);
    assert_string_equal(ws_calls(ws), "");
    assert_false(ws_exists(ws, "run/netns/" OTHER_ID));
    assert_false(ws_exists(ws, "root/network/" OTHER_ID ".json.tmp"));
    assert_int_equal(unlink(ws_path(ws, "root/network/note.txt")), 0);
    ws_write(ws, "a.DEL.do", "echo '{\"msg\":\"busy\"}'; exit 1");
    known = network_known(node->network, ws->arena, &count);
    assert_int_equal(count, 1);
    assert_false(reconcile(node, known, count, NULL, 0));
    assert_non_null(strstr(ws->err.text, "busy"));
    assert_non_null(strstr(ws->err.text, ID));
    assert_int_equal(unlink(ws_path(ws, "a.DEL.do")), 0);
    assert_true(reconcile(node, known, count, NULL, 0));
    assert_clean(node);
    (void)network_known(node->network, ws->arena, &count);
    assert_int_equal(count, 0);
}

static void a_sandbox_that_came_after_the_census_is_left_alone(void **state)
{
    struct node *node = *state;
    size_t count;
    need_pod(node);
    const char **known = network_known(node->network, node->ws->arena, &count);
    assert_int_equal(count, 0);
    assert_true(setup(node));
    assert_true(reconcile(node, known, count, NULL, 0));
    assert_attached(node);
}

static void garbage_is_collected_once_and_all_the_living_are_valid(void **state)
{
    struct node *node = *state;
    need_pod(node);
    write_config(node->ws, "1.1.0");
    assert_true(setup(node));
    (void)ws_calls(node->ws);
    ws_write(node->ws, "a.GC.do", "exit 1");
    assert_false(reconcile(node, NULL, 0, (const char *[]){OTHER_ID}, 1));
    assert_string_equal(ws_calls(node->ws), "a GC,b GC,");
    assert_int_equal(unlink(ws_path(node->ws, "a.GC.do")), 0);
    /* An adopted pod has no record, and the newest of ours is not on the list. */
    assert_true(reconcile(node, NULL, 0, (const char *[]){OTHER_ID}, 1));
    assert_string_equal(ws_calls(node->ws), "a GC,b GC,");
    const char *input = ws_read(node->ws, "b.GC.stdin");
    assert_non_null(strstr(input, "{\"containerID\":\"" ID "\",\"ifname\":\"eth0\"}"));
    assert_non_null(strstr(input, "{\"containerID\":\"" OTHER_ID "\",\"ifname\":\"eth0\"}"));
    assert_true(reconcile(node, NULL, 0, NULL, 0));
    assert_string_equal(ws_calls(node->ws), "");
}

static bool ready(struct node *node)
{
    node->ws->err = (struct err)ERR_INIT;
    return network_ready(node->network, &node->ws->scope, &node->ws->err);
}

static void readiness_follows_the_configuration_and_the_plugins(void **state)
{
    struct node *node = *state;
    struct workspace *ws = node->ws;
    assert_true(ready(node));
    assert_int_equal(unlink(ws_path(ws, "bin/b")), 0);
    assert_false(ready(node));
    assert_non_null(strstr(ws->err.text, "no CNI plugin b in"));
    ws_plugin(ws, "b");
    assert_true(ready(node));
    assert_int_equal(unlink(ws_path(ws, "conf/10.conflist")), 0);
    assert_false(ready(node));
    assert_non_null(strstr(ws->err.text, ws_path(ws, "conf")));
    write_config(ws, "1.1.0");
    assert_true(ready(node));
    assert_string_equal(ws_calls(ws), "a STATUS,b STATUS,");
    assert_true(ready(node)); /* the answer is fresh */
    assert_string_equal(ws_calls(ws), "");
    /* Another configuration is asked about at once. */
    ws_write(ws, "a.STATUS.do", "echo '{\"code\":50,\"msg\":\"agent is away\"}'; exit 1");
    ws_write(ws, "conf/10.conflist",
             "{\"cniVersion\":\"1.1.0\",\"name\":\"new\",\"plugins\":[{\"type\":\"a\"}]}");
    assert_false(ready(node));
    assert_non_null(strstr(ws->err.text, "agent is away"));
}

static void a_network_that_wants_the_pod_cidr_waits_for_it(void **state)
{
    struct node *node = *state;
    need_pod(node);
    ws_write(node->ws, "conf/10.conflist",
             "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"plugins\":[{\"type\":\"a\","
             "\"capabilities\":{\"ipRanges\":true}}]}");
    assert_false(ready(node));
    assert_non_null(strstr(node->ws->err.text, "pod CIDR"));
    assert_false(setup(node));
    assert_non_null(strstr(node->ws->err.text, "pod CIDR"));
    assert_false(network_set_pod_cidr(node->network, "nonsense", &node->ws->err));
    assert_int_equal(node->ws->err.code, CODE_INVALID_ARGUMENT);
    assert_true(network_set_pod_cidr(node->network, "10.1.0.0/24", &node->ws->err));
    assert_true(ready(node));
    assert_true(network_set_pod_cidr(node->network, "10.2.0.0/24,fd00::/64", &node->ws->err));
    assert_true(setup(node));
    assert_non_null(
        strstr(ws_read(node->ws, "a.ADD.stdin"),
               "\"ipRanges\":[[{\"subnet\":\"10.2.0.0/24\"}],[{\"subnet\":\"fd00::/64\"}]]"));
}

static void a_network_can_be_checked(void **state)
{
    struct node *node = *state;
    need_pod(node);
    assert_false(network_check(node->network, &node->ws->scope, sandbox(node), &node->ws->err));
    assert_int_equal(node->ws->err.code, CODE_NOT_FOUND);
    assert_true(setup(node));
    restart(node);
    (void)ws_calls(node->ws);
    assert_true(network_check(node->network, &node->ws->scope, sandbox(node), &node->ws->err));
    assert_string_equal(ws_calls(node->ws), "a CHECK,b CHECK,");
    ws_write(node->ws, "b.CHECK.do", "echo '{\"msg\":\"no route\"}'; exit 1");
    assert_false(network_check(node->network, &node->ws->scope, sandbox(node), &node->ws->err));
    assert_non_null(strstr(node->ws->err.text, "no route"));
}

struct detaching {
    struct node *node;
    bool ok;
};

static void *detach_in_between(void *argument)
{
    struct detaching *detaching = argument;
    struct node *node = detaching->node;
    struct workspace own = {.err = ERR_INIT};
    cancel_init(&own.cancel, CLOCK_NEVER);
    own.arena = arena_create();
    (void)snprintf(own.root, sizeof(own.root), "%s", node->ws->root);
    own.scope = (struct scope){.arena = own.arena, .cancel = &own.cancel};
    while (!ws_exists(&own, "adding"))
        (void)sched_yield();
    ws_write(&own, "go-on", "");
    detaching->ok = network_teardown(node->network, &own.scope, ID, NULL, &own.err);
    arena_destroy(own.arena);
    cancel_done(&own.cancel);
    return NULL;
}

static void a_detach_waits_for_the_attach_it_meets(void **state)
{
    struct node *node = *state;
    struct detaching detaching = {.node = node};
    pthread_t thread;
    need_pod(node);
    ws_write(node->ws, "b.ADD.do",
             "touch \"$here/adding\"; while [ ! -e \"$here/go-on\" ]; do sleep 0.01; done; "
             "echo '{\"ips\":[]}'");
    assert_int_equal(pthread_create(&thread, NULL, detach_in_between, &detaching), 0);
    assert_true(setup(node));
    (void)pthread_join(thread, NULL);
    assert_true(detaching.ok);
    assert_string_equal(ws_calls(node->ws), "a ADD,b ADD,b DEL,a DEL,");
    assert_clean(node);
}

static void an_add_that_outlived_its_daemon_is_undone_when_it_is_done(void **state)
{
    struct node *node = *state;
    struct workspace *ws = node->ws;
    need_pod(node);
    /* The plugin goes on in a group of its own as if its daemon had been killed under it. */
    ws_write(ws, "b.ADD.do", "exit 1");
    ws_write(ws, "b.DEL.do", "exit 1");
    assert_false(setup(node));
    assert_int_equal(unlink(ws_path(ws, "b.DEL.do")), 0);
    restart(node);
    (void)ws_calls(ws);
    int in = -1;
    pid_t late = group_process_start(
        ID, arena_printf(ws->arena, "sleep 0.3; echo 'b late' >>'%s/calls'", ws->root), false, &in);
    assert_true(late > 0);
    assert_true(teardown(node, sandbox(node)));
    assert_string_equal(ws_calls(ws), "b late,b DEL,a DEL,");
    (void)close(in);
    (void)waitpid(late, NULL, 0);
    assert_clean(node);
}

static void a_wrong_pod_cidr_is_refused_at_start(void **state)
{
    struct node *node = *state;
    struct settings settings = node->settings;
    settings.pod_cidr = "10.1.0.0";
    assert_null(network_create(&settings, &node->ws->err));
    assert_int_equal(node->ws->err.code, CODE_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        node_test(a_pod_is_attached_and_detached),
        node_test(the_record_is_there_before_add_runs),
        node_test(whatever_fails_in_add_is_undone),
        node_test(a_plugin_that_hangs_is_undone_in_a_time_of_its_own),
        node_test(what_failed_before_add_ran_needs_no_del),
        node_test(without_a_configuration_nothing_is_begun),
        node_test(del_is_repeated_until_it_has_worked),
        node_test(an_undoing_that_fails_is_left_to_the_next_teardown),
        node_test(del_uses_what_add_used),
        node_test(del_works_without_configuration_pause_and_daemon),
        node_test(after_a_reboot_del_has_no_namespace_but_the_cached_result),
        node_test(a_lost_pin_is_made_up_for_by_the_pause_container),
        node_test(addresses_outlive_the_daemon),
        node_test(a_pause_container_that_was_restarted_has_no_addresses),
        node_test(the_kernel_knows_what_the_result_does_not_tell),
        node_test(an_adopted_pod_is_detached_as_it_was_attached),
        node_test(an_adopted_pod_that_is_dead_gives_its_addresses_back),
        node_test(without_a_cache_an_adopted_pod_is_detached_as_pods_are_today),
        node_test(the_nodes_own_network_is_never_touched),
        node_test(an_id_that_is_a_path_is_nobodys),
        node_test(sandboxes_that_are_gone_are_cleaned_up_and_others_are_not),
        node_test(a_sandbox_that_came_after_the_census_is_left_alone),
        node_test(garbage_is_collected_once_and_all_the_living_are_valid),
        node_test(readiness_follows_the_configuration_and_the_plugins),
        node_test(a_network_that_wants_the_pod_cidr_waits_for_it),
        node_test(a_network_can_be_checked),
        node_test(a_detach_waits_for_the_attach_it_meets),
        node_test(an_add_that_outlived_its_daemon_is_undone_when_it_is_done),
        node_test(a_wrong_pod_cidr_is_refused_at_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
