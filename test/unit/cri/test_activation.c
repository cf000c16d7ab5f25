/* activation: sockets that systemd handed over are found, and stay its own. */
#include "test/unit/cri/place.h"

#include <fcntl.h>

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
    const struct CMUnitTest tests[] = {
        TEST(a_socket_is_taken_from_systemd),
        TEST(one_of_several_is_found_by_number_or_name),
        TEST(what_was_not_handed_over_to_us_is_not_used),
        TEST(only_listening_unix_sockets_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
