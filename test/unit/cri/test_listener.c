/* listener: whose path is taken, whose is not, and what is left behind. */
#include "test/unit/cri/place.h"

#include <fcntl.h>
#include <grp.h>

enum { OTHER_GROUP = 54321 };

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_serves_and_leaves_nothing_behind), TEST(the_mode_does_not_depend_on_the_umask),
        TEST(a_group_is_given_by_number_or_name),  TEST(a_stale_socket_is_replaced),
        TEST(a_live_socket_is_left_alone),         TEST(two_of_us_do_not_share_a_path),
        TEST(what_is_not_a_socket_is_left_alone),  TEST(a_successors_socket_stays),
        TEST(endpoints_that_cannot_be_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
