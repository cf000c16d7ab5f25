/* listener: whose socket is taken, whose is not, who may connect, and what is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cri/listener.h"

enum { NOBODY = 65534, OTHER_GROUP = 54321 };

/* A directory of its own for each test; the socket is not there yet. */
struct place {
    char directory[64], path[96], endpoint[112];
};

static int make_place(void **state)
{
    static struct place place;
    (void)snprintf(place.directory, sizeof(place.directory), "/tmp/test_listener.XXXXXX");
    assert_non_null(mkdtemp(place.directory));
    assert_int_equal(chmod(place.directory, 0755), 0);
    (void)snprintf(place.path, sizeof(place.path), "%s/run/cri.sock", place.directory);
    (void)snprintf(place.endpoint, sizeof(place.endpoint), "unix://%s", place.path);
    *state = &place;
    return 0;
}

static int remove_place(void **state)
{
    const struct place *place = *state;
    char file[112];
    (void)unlink(place->path);
    (void)snprintf(file, sizeof(file), "%s.lock", place->path);
    (void)unlink(file);
    (void)snprintf(file, sizeof(file), "%s/run", place->directory);
    (void)rmdir(file);
    return rmdir(place->directory);
}

static struct listener *listen_on(const char *endpoint, const char *group)
{
    struct err err = ERR_INIT;
    struct listener *listener =
        listener_create(&(struct listener_options){.endpoint = endpoint, .group = group}, &err);
    if (listener == NULL)
        fail_msg("%s", err.text);
    return listener;
}

static void cannot_listen(const char *endpoint, const char *group, enum code code, const char *text)
{
    struct err err = ERR_INIT;
    assert_null(
        listener_create(&(struct listener_options){.endpoint = endpoint, .group = group}, &err));
    if (err.code != code || strstr(err.text, text) == NULL)
        fail_msg("%s: %s", code_name(err.code), err.text);
    assert_non_null(strstr(err.text, endpoint));
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    return address;
}

/* A socket bound by somebody else; listening or not. */
static int foreign_socket(const char *path, bool listening)
{
    struct sockaddr_un address = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    if (listening)
        assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static void make_directory(const struct place *place)
{
    char directory[96];
    (void)snprintf(directory, sizeof(directory), "%s/run", place->directory);
    assert_int_equal(mkdir(directory, 0755), 0);
}

/* --- the path --- */

static void it_serves_and_leaves_nothing_behind(void **state)
{
    const struct place *place = *state;
    struct listener *listener = listen_on(place->endpoint, NULL);
    struct stat status;
    assert_int_equal(lstat(place->path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 07777, 0660);
    assert_int_equal(listener_accept(listener), -1);
    int client = connect_to(place->path);
    assert_true(client >= 0);
    int fd = listener_accept(listener);
    assert_true(fd >= 0);
    assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_true((fcntl(listener_fd(listener), F_GETFL) & O_NONBLOCK) != 0);
    assert_true((fcntl(listener_fd(listener), F_GETFD) & FD_CLOEXEC) != 0);
    (void)close(fd);
    (void)close(client);
    listener_destroy(listener);
    assert_int_equal(access(place->path, F_OK), -1);
}

static void the_mode_does_not_depend_on_the_umask(void **state)
{
    const struct place *place = *state;
    make_directory(place);
    mode_t before = umask(0);
    struct listener *listener = listen_on(place->endpoint, NULL);
    struct stat status;
    assert_int_equal(lstat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0660);
    listener_destroy(listener);
    (void)umask(0777);
    listener = listen_on(place->endpoint, NULL);
    assert_int_equal(lstat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0660);
    listener_destroy(listener);
    (void)umask(before);
}

static void a_group_is_given_by_number_or_name(void **state)
{
    const struct place *place = *state;
    if (geteuid() != 0)
        skip();
    struct stat status;
    struct listener *listener = listen_on(place->endpoint, "54321");
    assert_int_equal(lstat(place->path, &status), 0);
    assert_int_equal(status.st_gid, OTHER_GROUP);
    assert_int_equal(status.st_mode & 07777, 0660);
    listener_destroy(listener);
    listener = listen_on(place->endpoint, "daemon");
    assert_int_equal(lstat(place->path, &status), 0);
    assert_int_equal(status.st_gid, getgrnam("daemon")->gr_gid);
    listener_destroy(listener);
    cannot_listen(place->endpoint, "no such group", CODE_INVALID_ARGUMENT,
                  "there is no group \"no such group\"");
    assert_int_equal(access(place->path, F_OK), -1);
}

static void a_stale_socket_is_replaced(void **state)
{
    const struct place *place = *state;
    make_directory(place);
    (void)close(foreign_socket(place->path, true));
    struct listener *listener = listen_on(place->endpoint, NULL);
    int client = connect_to(place->path);
    assert_true(client >= 0);
    (void)close(client);
    listener_destroy(listener);
}

static void a_live_socket_is_left_alone(void **state)
{
    const struct place *place = *state;
    make_directory(place);
    int foreign = foreign_socket(place->path, true);
    struct stat before, after;
    assert_int_equal(lstat(place->path, &before), 0);
    cannot_listen(place->endpoint, NULL, CODE_FAILED_PRECONDITION, "another daemon serves");
    /* Nor when it is too busy to answer: the queue of one is full by now. */
    int first = connect_to(place->path);
    cannot_listen(place->endpoint, NULL, CODE_FAILED_PRECONDITION, "another daemon serves");
    assert_int_equal(lstat(place->path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    (void)close(first);
    (void)close(foreign);
}

static void two_of_us_do_not_share_a_path(void **state)
{
    const struct place *place = *state;
    struct listener *listener = listen_on(place->endpoint, NULL);
    cannot_listen(place->endpoint, NULL, CODE_FAILED_PRECONDITION, "another daemon holds");
    int client = connect_to(place->path);
    assert_true(client >= 0);
    (void)close(client);
    listener_destroy(listener);
    listener_destroy(listen_on(place->endpoint, NULL));
}

static void what_is_not_a_socket_is_left_alone(void **state)
{
    const struct place *place = *state;
    make_directory(place);
    int fd = open(place->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "data", 4), 4);
    (void)close(fd);
    cannot_listen(place->endpoint, NULL, CODE_FAILED_PRECONDITION, "is not a socket");
    struct stat status;
    assert_int_equal(lstat(place->path, &status), 0);
    assert_int_equal(status.st_size, 4);
    assert_int_equal(unlink(place->path), 0);
    assert_int_equal(symlink("/dev/null", place->path), 0);
    cannot_listen(place->endpoint, NULL, CODE_FAILED_PRECONDITION, "is not a socket");
}

static void a_successors_socket_stays(void **state)
{
    const struct place *place = *state;
    struct listener *listener = listen_on(place->endpoint, NULL);
    assert_int_equal(unlink(place->path), 0);
    int foreign = foreign_socket(place->path, true);
    listener_destroy(listener);
    int client = connect_to(place->path);
    assert_true(client >= 0);
    (void)close(client);
    (void)close(foreign);
}

static void endpoints_that_cannot_be_are_named(void **state)
{
    (void)state;
    cannot_listen("tcp://127.0.0.1:1", NULL, CODE_INVALID_ARGUMENT,
                  "neither unix:///path nor fd://");
    cannot_listen("", NULL, CODE_INVALID_ARGUMENT, "neither unix:///path nor fd://");
    cannot_listen("unix://run/x.sock", NULL, CODE_INVALID_ARGUMENT, "not absolute");
    char endpoint[128] = "unix:///tmp/";
    memset(endpoint + strlen(endpoint), 'x', 103);
    cannot_listen(endpoint, NULL, CODE_INVALID_ARGUMENT,
                  "the path has 108 bytes, a unix socket's at most 107");
    cannot_listen("unix:///proc/nothing/x.sock", NULL, CODE_NOT_FOUND, "/proc/nothing");
}

/* --- peers --- */

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
    const struct place *place = *state;
    struct listener *listener = listen_on(place->endpoint, NULL);
    int client = connect_to(place->path);
    int second = connect_to(place->path);
    assert_true(client >= 0 && second >= 0);
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 3; /* fewer than are open */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(listener_accept(listener), -1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    int fd = listener_accept(listener);
    assert_true(fd >= 0);
    (void)close(fd);
    (void)close(client);
    (void)close(second);
    listener_destroy(listener);
}

/* --- socket activation --- */

/* Puts sockets where systemd would: at 3 and 4. What was there is kept for undo(). */
struct activation {
    int saved[2];
};

static struct activation hand_over(int first, int second, const char *pid, const char *count,
                                   const char *names)
{
    struct activation activation;
    const int sources[2] = {first, second};
    char own[16];
    for (int i = 0; i < 2; i++) {
        activation.saved[i] = fcntl(3 + i, F_DUPFD_CLOEXEC, 100);
        assert_int_equal(dup2(sources[i], 3 + i), 3 + i);
    }
    (void)snprintf(own, sizeof(own), "%d", getpid());
    (void)setenv("LISTEN_PID", pid != NULL ? pid : own, 1);
    (void)setenv("LISTEN_FDS", count, 1);
    (void)setenv("LISTEN_FDNAMES", names, 1);
    return activation;
}

static void undo(const struct activation *activation)
{
    for (int i = 0; i < 2; i++) {
        (void)close(3 + i);
        if (activation->saved[i] >= 0) {
            (void)dup2(activation->saved[i], 3 + i);
            (void)close(activation->saved[i]);
        }
    }
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
}

/* Sockets far from where they are to be handed over. */
static int far_socket(const char *path, bool listening)
{
    int near = foreign_socket(path, listening);
    int far = fcntl(near, F_DUPFD_CLOEXEC, 200);
    assert_true(far >= 200);
    (void)close(near);
    return far;
}

static void a_socket_is_taken_from_systemd(void **state)
{
    const struct place *place = *state;
    make_directory(place);
    int systemds = far_socket(place->path, true);
    struct activation activation = hand_over(systemds, systemds, NULL, "1", "dockershimd.socket");
    struct listener *listener = listen_on("fd://", NULL);
    assert_int_equal(listener_fd(listener), 3);
    assert_true((fcntl(3, F_GETFD) & FD_CLOEXEC) != 0);
    assert_true((fcntl(3, F_GETFL) & O_NONBLOCK) != 0);
    int client = connect_to(place->path);
    int fd = listener_accept(listener);
    assert_true(fd >= 0);
    (void)close(fd);
    (void)close(client);
    listener_destroy(listener);
    /* It stays systemd's, who listens on: a later connection waits for the next daemon. */
    client = connect_to(place->path);
    assert_true(client >= 0);
    fd = accept4(systemds, NULL, NULL, SOCK_CLOEXEC);
    (void)close(fd); /* the first connection in the queue is this one */
    assert_true(fd >= 0);
    (void)close(client);
    undo(&activation);
    (void)close(systemds);
}

static void one_of_several_is_found_by_number_or_name(void **state)
{
    const struct place *place = *state;
    make_directory(place);
    char other_path[128];
    (void)snprintf(other_path, sizeof(other_path), "%s/other", place->directory);
    int first = far_socket(other_path, true), second = far_socket(place->path, true);
    static const struct {
        const char *endpoint;
        int fd;
    } cases[] = {{"fd://", 3}, {"fd://3", 3}, {"fd://4", 4}, {"fd://metrics", 3}, {"fd://cri", 4}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct activation activation = hand_over(first, second, NULL, "2", "metrics:cri");
        struct listener *listener = listen_on(cases[i].endpoint, NULL);
        assert_int_equal(listener_fd(listener), cases[i].fd);
        listener_destroy(listener);
        undo(&activation);
    }
    static const char *const none[] = {"fd://5", "fd://2", "fd://cr", "fd://crix", "fd://metrics:"};
    struct activation activation = hand_over(first, second, NULL, "2", "metrics:cri");
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        cannot_listen(none[i], NULL, CODE_NOT_FOUND, "systemd handed over no socket");
    undo(&activation);
    (void)close(first);
    (void)close(second);
    (void)unlink(other_path);
}

static void what_was_not_handed_over_to_us_is_not_used(void **state)
{
    const struct place *place = *state;
    make_directory(place);
    cannot_listen("fd://", NULL, CODE_FAILED_PRECONDITION, "no socket was handed over");
    int fd = far_socket(place->path, true);
    static const char *const pids[] = {"1", "", "99999999999999999999", "x"};
    for (size_t i = 0; i < sizeof(pids) / sizeof(pids[0]); i++) {
        struct activation activation = hand_over(fd, fd, pids[i], "1", "");
        cannot_listen("fd://", NULL, CODE_FAILED_PRECONDITION, "no socket was handed over");
        undo(&activation);
    }
    static const char *const counts[] = {"0", "", "-1", "1x"};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct activation activation = hand_over(fd, fd, NULL, counts[i], "");
        cannot_listen("fd://", NULL, CODE_FAILED_PRECONDITION, "no socket was handed over");
        undo(&activation);
    }
    (void)close(fd);
}

static void only_listening_unix_sockets_are_taken(void **state)
{
    const struct place *place = *state;
    make_directory(place);
    int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int not_listening = far_socket(place->path, false);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int wrong[] = {fcntl(tcp, F_DUPFD_CLOEXEC, 200), not_listening,
                   fcntl(null, F_DUPFD_CLOEXEC, 200)};
    (void)close(tcp);
    (void)close(null);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct activation activation = hand_over(wrong[i], wrong[i], NULL, "1", "");
        cannot_listen("fd://", NULL, CODE_INVALID_ARGUMENT, "not a listening unix stream socket");
        undo(&activation);
        (void)close(wrong[i]);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        TEST(it_serves_and_leaves_nothing_behind),
        TEST(the_mode_does_not_depend_on_the_umask),
        TEST(a_group_is_given_by_number_or_name),
        TEST(a_stale_socket_is_replaced),
        TEST(a_live_socket_is_left_alone),
        TEST(two_of_us_do_not_share_a_path),
        TEST(what_is_not_a_socket_is_left_alone),
        TEST(a_successors_socket_stays),
        TEST(endpoints_that_cannot_be_are_named),
        TEST(only_the_sockets_group_may_connect),
        TEST(without_descriptors_connections_are_refused),
        TEST(a_socket_is_taken_from_systemd),
        TEST(one_of_several_is_found_by_number_or_name),
        TEST(what_was_not_handed_over_to_us_is_not_used),
        TEST(only_listening_unix_sockets_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
