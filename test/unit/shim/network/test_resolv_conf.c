/* The resolv.conf that pods get. */
#include "test/unit/shim/network/workspace.h"

#include "shim/network/resolv_conf.h"

static const char *of_node(struct workspace *ws, bool host_network)
{
    const struct resolv_conf_files files = {.node = ws_path(ws, "node"),
                                            .systemd = ws_path(ws, "systemd")};
    const char *text;
    if (!resolv_conf_of_node(ws->arena, &files, host_network, &text, &ws->err))
        return NULL;
    return text;
}

static void lines_are_servers_then_searches_then_options(void **state)
{
    struct workspace *ws = *state;
    Cri__DNSConfig dns;
    const char *servers[] = {"10.0.0.10", "fd00::10"}, *searches[] = {"a.local", "b.local"},
               *options[] = {"ndots:5", "edns0"}, *text;
    cri__dnsconfig__init(&dns);
    assert_true(resolv_conf_format(ws->arena, &dns, &text, &ws->err));
    assert_string_equal(text, "");
    dns.servers = servers;
    dns.n_servers = 2;
    assert_true(resolv_conf_format(ws->arena, &dns, &text, &ws->err));
    assert_string_equal(text, "nameserver 10.0.0.10\nnameserver fd00::10\n");
    dns.searches = searches;
    dns.n_searches = 2;
    dns.options = options;
    dns.n_options = 2;
    assert_true(resolv_conf_format(ws->arena, &dns, &text, &ws->err));
    assert_string_equal(text, "nameserver 10.0.0.10\nnameserver fd00::10\n"
                              "search a.local b.local\noptions ndots:5 edns0\n");
}

static void a_value_cannot_forge_a_line(void **state)
{
    struct workspace *ws = *state;
    static const char *const bad[] = {"", "a b", "a\nnameserver 6.6.6.6", "a\tb", "a\r", "\x7f"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        Cri__DNSConfig dns;
        const char *searches[] = {"good", bad[i]}, *text;
        cri__dnsconfig__init(&dns);
        dns.searches = searches;
        dns.n_searches = 2;
        assert_false(resolv_conf_format(ws->arena, &dns, &text, &ws->err));
        assert_int_equal(ws->err.code, CODE_INVALID_ARGUMENT);
        assert_non_null(strstr(ws->err.text, "dns_config.searches[1]"));
    }
}

static void the_nodes_own_is_copied(void **state)
{
    struct workspace *ws = *state;
    ws_write(ws, "node", "# mine\nnameserver 192.0.2.1\nsearch lan\n");
    assert_string_equal(of_node(ws, true), "# mine\nnameserver 192.0.2.1\nsearch lan\n");
    assert_string_equal(of_node(ws, false), "# mine\nnameserver 192.0.2.1\nsearch lan\n");
}

static void a_node_without_one_has_an_empty_one(void **state)
{
    assert_string_equal(of_node(*state, true), "");
    assert_string_equal(of_node(*state, false), "");
}

static void servers_on_the_nodes_loopback_are_left_out(void **state)
{
    struct workspace *ws = *state;
    static const char text[] = "nameserver 127.0.0.1\n nameserver\t::1 \nnameserver 192.0.2.1\n"
                               "nameserver127.0.0.1\nsearch lan\nnameserver 127.0.1.1";
    ws_write(ws, "node", text);
    assert_string_equal(of_node(ws, true), text);
    assert_string_equal(of_node(ws, false),
                        "nameserver 192.0.2.1\nnameserver127.0.0.1\nsearch lan\n");
}

static void systemds_stub_is_looked_behind(void **state)
{
    struct workspace *ws = *state;
    ws_write(ws, "node", "nameserver 127.0.0.53\noptions edns0\nsearch lan\n");
    ws_write(ws, "systemd", "nameserver 192.0.2.7\nnameserver 127.0.0.1\nsearch lan\n");
    assert_string_equal(of_node(ws, true), "nameserver 127.0.0.53\noptions edns0\nsearch lan\n");
    assert_string_equal(of_node(ws, false), "nameserver 192.0.2.7\nsearch lan\n");
    ws_write(ws, "node", "nameserver 127.0.0.53\nnameserver 192.0.2.1\n");
    assert_string_equal(of_node(ws, false), "nameserver 192.0.2.1\n");
    ws_write(ws, "node", "nameserver 127.0.0.53\n");
    assert_int_equal(unlink(ws_path(ws, "systemd")), 0);
    assert_string_equal(of_node(ws, false), "");
}

static void a_file_that_is_none_is_an_error(void **state)
{
    struct workspace *ws = *state;
    ws_mkdir(ws, "node");
    assert_null(of_node(ws, true));
    assert_non_null(strstr(ws->err.text, ws_path(ws, "node")));
}

static void each_pod_has_a_file_of_its_own(void **state)
{
    struct workspace *ws = *state;
    Cri__PodSandboxConfig config;
    Cri__DNSConfig dns;
    const char *servers[] = {"10.0.0.10"}, *first, *second;
    struct stat status;
    size_t count;
    cri__pod_sandbox_config__init(&config);
    assert_true(resolv_conf_create(ws->arena, ws->root, &config, &first, &ws->err));
    cri__dnsconfig__init(&dns);
    dns.servers = servers;
    dns.n_servers = 1;
    config.dns_config = &dns;
    assert_true(resolv_conf_create(ws->arena, ws->root, &config, &second, &ws->err));
    assert_string_not_equal(first, second);
    assert_int_equal(stat(first, &status), 0);
    assert_int_equal(stat(second, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
    assert_string_equal(ws_read(ws, second + strlen(ws->root) + 1), "nameserver 10.0.0.10\n");
    (void)resolv_conf_list(ws->arena, ws->root, &count);
    assert_int_equal(count, 2);
    assert_true(resolv_conf_remove(ws->arena, ws->root, first, &ws->err));
    assert_true(resolv_conf_remove(ws->arena, ws->root, first, &ws->err));
    const char **left = resolv_conf_list(ws->arena, ws->root, &count);
    assert_int_equal(count, 1);
    assert_string_equal(left[0], second);
}

static void foreign_files_are_not_removed(void **state)
{
    struct workspace *ws = *state;
    ws_mkdir(ws, "resolv/deep");
    ws_write(ws, "mine", "");
    ws_write(ws, "resolv/deep/mine", "");
    ws_write(ws, "resolvent", "");
    static const char *const names[] = {"mine", "resolv/deep/mine", "resolv/../mine", "resolvent"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_true(resolv_conf_remove(ws->arena, ws->root, ws_path(ws, names[i]), &ws->err));
        assert_true(ws_exists(ws, names[i]));
    }
    assert_true(resolv_conf_remove(ws->arena, ws->root, "", &ws->err));
}

static void no_directory_has_no_files(void **state)
{
    struct workspace *ws = *state;
    size_t count = 7;
    (void)resolv_conf_list(ws->arena, ws_path(ws, "none"), &count);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        workspace_test(lines_are_servers_then_searches_then_options),
        workspace_test(a_value_cannot_forge_a_line),
        workspace_test(the_nodes_own_is_copied),
        workspace_test(a_node_without_one_has_an_empty_one),
        workspace_test(servers_on_the_nodes_loopback_are_left_out),
        workspace_test(systemds_stub_is_looked_behind),
        workspace_test(a_file_that_is_none_is_an_error),
        workspace_test(each_pod_has_a_file_of_its_own),
        workspace_test(foreign_files_are_not_removed),
        workspace_test(no_directory_has_no_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
