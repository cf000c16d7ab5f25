/* listener: who may connect, and what becomes of connections that nothing can be done for. */
#include "test/unit/cri/place.h"

#include <grp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { NOBODY = 65534, OTHER_GROUP = 54321 };

/* Connects as another user and returns whether the server let it: 0 yes, 1 closed, 2 no way in. */
static int child_connects(const char *path, uid_t uid, gid_t gid, gid_t extra)
{
    char byte;
    if (setgroups(1, &extra) != 0 || setgid(gid) != 0 || setuid(uid) != 0)
        return 3;
    int fd = connect_to(path);
    if (fd < 0)
        return 2;
    return read(fd, &byte, 1) == 1 ? 0 : 1;
}

/* What the child's exit status is if it connects as that user. */
static int outcome(struct listener *listener, const char *path, uid_t uid, gid_t gid, gid_t extra)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(child_connects(path, uid, gid, extra));
    int status;
    /* It either reaches the listener or ends by itself. */
    struct pollfd polled = {.fd = listener_fd(listener), .events = POLLIN};
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (poll(&polled, 1, 10) <= 0)
            continue;
        int fd = listener_accept(listener);
        if (fd >= 0) {
            assert_int_equal(write(fd, "x", 1), 1);
            (void)close(fd);
        }
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void only_the_sockets_group_may_connect(void **state)
{
    const struct place *place = *state;
    if (geteuid() != 0)
        skip();
    struct listener *listener = listen_on(place->endpoint, "54321");
    assert_int_equal(outcome(listener, place->path, 0, 0, 0), 0);
    assert_int_equal(outcome(listener, place->path, NOBODY, OTHER_GROUP, NOBODY), 0);
    assert_int_equal(outcome(listener, place->path, NOBODY, NOBODY, OTHER_GROUP), 0);
    assert_int_equal(outcome(listener, place->path, NOBODY, NOBODY, NOBODY), 2);
    /* The file's mode is no longer ours alone to decide; the peer's identity is. */
    assert_int_equal(chmod(place->path, 0666), 0);
    assert_int_equal(outcome(listener, place->path, NOBODY, NOBODY, NOBODY), 1);
    assert_int_equal(outcome(listener, place->path, NOBODY, OTHER_GROUP, NOBODY), 0);
    /* An operator hands the socket to somebody else. */
    assert_int_equal(chown(place->path, NOBODY, 0), 0);
    assert_int_equal(outcome(listener, place->path, NOBODY, NOBODY, NOBODY), 0);
    assert_int_equal(outcome(listener, place->path, NOBODY - 1, OTHER_GROUP, NOBODY), 1);
    listener_destroy(listener);
}

static void without_descriptors_connections_are_refused(void **state)
{
    enum { LIMIT = 64 };
    const struct place *place = *state;
    struct listener *listener = listen_on(place->endpoint, NULL);
    int first = connect_to(place->path);
    int second = connect_to(place->path);
    assert_true(first >= 0 && second >= 0 && second < LIMIT);
    struct rlimit before, few;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = LIMIT;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    int taken[LIMIT], count = 0, fd;
    while ((fd = dup(first)) >= 0)
        taken[count++] = fd;
    assert_int_equal(listener_accept(listener), -1);
    while (count > 0)
        (void)close(taken[--count]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    /* One connection was closed instead of being left to be reported for ever. */
    char byte;
    assert_int_equal(recv(first, &byte, 1, 0), 0);
    fd = listener_accept(listener);
    assert_true(fd >= 0);
    assert_int_equal(listener_accept(listener), -1);
    (void)close(fd);
    (void)close(first);
    (void)close(second);
    listener_destroy(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_the_sockets_group_may_connect),
        TEST(without_descriptors_connections_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
