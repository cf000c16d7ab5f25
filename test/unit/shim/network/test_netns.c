/* Pins and looks into network namespaces that the test makes. */
#include "test/unit/shim/network/workspace.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

#include "shim/network/netns.h"
#include "test/unit/shim/network/pod_process.h"

#define PIN "pins/abc"

static void need_root(void)
{
    if (geteuid() != 0)
        skip();
}

static pid_t start(const char *script)
{
    need_root();
    pid_t pid = pod_process_start(script);
    assert_true(pid > 0);
    return pid;
}

static void pin(struct workspace *ws, pid_t pid)
{
    if (!netns_pin(ws_path(ws, PIN), pid, &ws->err))
        fail_msg("%s", ws->err.text);
}

static void a_pin_outlives_the_process(void **state)
{
    struct workspace *ws = *state;
    pid_t pid = start("true");
    pin(ws, pid);
    const char *of_process = netns_of_process(ws->arena, pid);
    assert_true(netns_exists(ws_path(ws, PIN)));
    assert_true(netns_is_same(ws_path(ws, PIN), of_process));
    pod_process_end(pid);
    assert_true(netns_exists(ws_path(ws, PIN)));
    assert_false(netns_exists(of_process));
    assert_false(netns_is_same(ws_path(ws, PIN), of_process));
    assert_true(netns_unpin(ws_path(ws, PIN), &ws->err));
    assert_false(ws_exists(ws, PIN));
}

static void unpinning_forgives_what_is_not_there(void **state)
{
    struct workspace *ws = *state;
    assert_true(netns_unpin(ws_path(ws, PIN), &ws->err));
    ws_mkdir(ws, "pins");
    ws_write(ws, PIN, ""); /* as after a reboot, or an interrupted pin */
    assert_false(netns_exists(ws_path(ws, PIN)));
    assert_true(netns_unpin(ws_path(ws, PIN), &ws->err));
    assert_false(ws_exists(ws, PIN));
}

static void pinning_again_keeps_the_same_and_replaces_another(void **state)
{
    struct workspace *ws = *state;
    pid_t pid = start("true"), other = start("true");
    pin(ws, pid);
    pin(ws, pid);
    assert_true(netns_is_same(ws_path(ws, PIN), netns_of_process(ws->arena, pid)));
    pin(ws, other);
    assert_true(netns_is_same(ws_path(ws, PIN), netns_of_process(ws->arena, other)));
    assert_true(netns_unpin(ws_path(ws, PIN), &ws->err));
    ws_write(ws, PIN, "left");
    pin(ws, pid);
    assert_true(netns_is_same(ws_path(ws, PIN), netns_of_process(ws->arena, pid)));
    /* Two pins upon each other go together. */
    assert_int_equal(
        mount(netns_of_process(ws->arena, other), ws_path(ws, PIN), NULL, MS_BIND, NULL), 0);
    assert_true(netns_unpin(ws_path(ws, PIN), &ws->err));
    assert_false(ws_exists(ws, PIN));
    pod_process_end(pid);
    pod_process_end(other);
}

static void what_has_ended_or_is_the_nodes_is_not_pinned(void **state)
{
    struct workspace *ws = *state;
    pid_t pid = start("true");
    pod_process_end(pid);
    assert_false(netns_pin(ws_path(ws, PIN), pid, &ws->err));
    assert_int_equal(ws->err.code, CODE_FAILED_PRECONDITION);
    assert_false(netns_pin(ws_path(ws, PIN), 0, &ws->err));
    assert_int_equal(ws->err.code, CODE_FAILED_PRECONDITION);
    assert_false(netns_pin(ws_path(ws, PIN), getpid(), &ws->err));
    assert_int_equal(ws->err.code, CODE_FAILED_PRECONDITION);
    assert_non_null(strstr(ws->err.text, "node's own"));
    assert_false(ws_exists(ws, PIN));
    assert_true(netns_is_own(netns_of_process(ws->arena, getpid())));
}

/* A container that has the run directory in its own mount namespace holds a copy of every pin. */
static pid_t start_copy_holder(void)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWNS) != 0 || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
            _exit(1);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            (void)pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    (void)close(ready[1]);
    return pid;
}

static void copies_in_other_mount_namespaces_do_not_hold_it(void **state)
{
    struct workspace *ws = *state;
    pid_t pid = start("true");
    pin(ws, pid);
    pid_t holder = start_copy_holder();
    const char *copy = arena_printf(ws->arena, "/proc/%d/root%s", (int)holder, ws_path(ws, PIN));
    assert_true(netns_exists(copy));
    pod_process_end(pid);
    assert_true(netns_unpin(ws_path(ws, PIN), &ws->err));
    assert_false(netns_exists(copy));
    pod_process_end(holder);
}

static bool is_loopback_up(struct workspace *ws, const char *path)
{
    const char *addresses[4];
    size_t count = 0;
    assert_true(netns_addresses(ws->arena, path, "lo", addresses, 4, &count, &ws->err));
    return count > 0 && strcmp(addresses[0], "127.0.0.1") == 0;
}

static void loopback_is_brought_up(void **state)
{
    struct workspace *ws = *state;
    pid_t pid = start("true");
    pin(ws, pid);
    assert_false(is_loopback_up(ws, ws_path(ws, PIN)));
    assert_true(netns_loopback_up(ws_path(ws, PIN), &ws->err));
    assert_true(netns_loopback_up(ws_path(ws, PIN), &ws->err));
    assert_true(is_loopback_up(ws, ws_path(ws, PIN)));
    assert_true(netns_unpin(ws_path(ws, PIN), &ws->err));
    pod_process_end(pid);
}

static void addresses_are_those_of_the_interface_ipv4_first(void **state)
{
    struct workspace *ws = *state;
    /* Both ends up, so that the kernel adds link-local addresses. */
    pid_t pid = start("ip link add eth0 type veth peer name eth1 && "
                      "ip link set eth1 up && ip link set eth0 up && "
                      "ip addr add fd00:9::2/64 dev eth0 nodad && "
                      "ip addr add fe80::9/64 dev eth0 nodad && "
                      "ip addr add 10.9.0.2/24 dev eth0 && ip addr add 10.8.0.2/24 dev eth1 && "
                      "ip addr add 10.9.0.3/24 dev eth0");
    const char *path = netns_of_process(ws->arena, pid), *addresses[8];
    size_t count = 0;
    assert_true(netns_addresses(ws->arena, path, "eth0", addresses, 8, &count, &ws->err));
    assert_int_equal(count, 3);
    assert_string_equal(addresses[0], "10.9.0.2");
    assert_string_equal(addresses[1], "10.9.0.3");
    assert_string_equal(addresses[2], "fd00:9::2");
    assert_true(netns_addresses(ws->arena, path, "eth0", addresses, 2, &count, &ws->err));
    assert_int_equal(count, 2);
    assert_true(netns_addresses(ws->arena, path, "eth7", addresses, 8, &count, &ws->err));
    assert_int_equal(count, 0);
    pod_process_end(pid);
}

static void looking_into_others_moves_nobody(void **state)
{
    struct workspace *ws = *state;
    pid_t pid = start("true");
    struct stat before, after;
    const char *addresses[1];
    size_t count;
    assert_int_equal(stat("/proc/thread-self/ns/net", &before), 0);
    assert_true(netns_addresses(ws->arena, netns_of_process(ws->arena, pid), "lo", addresses, 1,
                                &count, &ws->err));
    assert_int_equal(stat("/proc/thread-self/ns/net", &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    pod_process_end(pid);
    assert_false(netns_addresses(ws->arena, netns_of_process(ws->arena, pid), "lo", addresses, 1,
                                 &count, &ws->err));
    assert_int_equal(ws->err.code, CODE_NOT_FOUND);
}

static void other_files_are_no_namespaces(void **state)
{
    struct workspace *ws = *state;
    const char *addresses[1];
    size_t count;
    ws_write(ws, "file", "");
    assert_false(netns_exists(ws_path(ws, "file")));
    assert_false(netns_exists(""));
    assert_false(netns_is_own(ws_path(ws, "file")));
    assert_false(
        netns_addresses(ws->arena, ws_path(ws, "file"), "lo", addresses, 1, &count, &ws->err));
    assert_non_null(strstr(ws->err.text, ws_path(ws, "file")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        workspace_test(a_pin_outlives_the_process),
        workspace_test(unpinning_forgives_what_is_not_there),
        workspace_test(pinning_again_keeps_the_same_and_replaces_another),
        workspace_test(what_has_ended_or_is_the_nodes_is_not_pinned),
        workspace_test(copies_in_other_mount_namespaces_do_not_hold_it),
        workspace_test(loopback_is_brought_up),
        workspace_test(addresses_are_those_of_the_interface_ipv4_first),
        workspace_test(looking_into_others_moves_nobody),
        workspace_test(other_files_are_no_namespaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
