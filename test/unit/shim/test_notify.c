/* notify: the datagram that systemd gets, on both kinds of socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shim/notify.h"

/* A manager's socket with that name; a leading '@' is an abstract one. */
static int listen_on(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    memcpy(address.sun_path, name, strlen(name));
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
    return fd;
}

static void expect_datagram(int fd, const char *want)
{
    char got[128] = "";
    ssize_t length = recv(fd, got, sizeof(got) - 1, 0); /* sent already: it need not wait */
    assert_int_equal(length, strlen(want));
    assert_string_equal(got, want);
}

static void a_socket_in_the_file_system_is_told(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_notify.XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/socket", folder);
    int fd = listen_on(path);
    setenv("NOTIFY_SOCKET", path, 1);
    notify("READY=1\nSTATUS=serving");
    expect_datagram(fd, "READY=1\nSTATUS=serving");
    (void)close(fd);
    (void)unlink(path);
    (void)rmdir(folder);
}

static void an_abstract_socket_is_told(void **state)
{
    (void)state;
    char name[64];
    (void)snprintf(name, sizeof(name), "@test_notify.%d", (int)getpid());
    int fd = listen_on(name);
    setenv("NOTIFY_SOCKET", name, 1);
    notify("STOPPING=1");
    expect_datagram(fd, "STOPPING=1");
    (void)close(fd);
}

/* It returns, and that is all there is to see. */
static void without_a_manager_nothing_happens(void **state)
{
    (void)state;
    char endless[200];
    memset(endless, '/', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    const char *const names[] = {"", "relative", "/no/such/socket", "@nobody.listens", endless};
    int fd = listen_on("@test_notify.bystander");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        notify("READY=1");
    }
    unsetenv("NOTIFY_SOCKET");
    notify("READY=1");
    char byte;
    assert_int_equal(recv(fd, &byte, 1, 0), -1);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_in_the_file_system_is_told),
        cmocka_unit_test(an_abstract_socket_is_told),
        cmocka_unit_test(without_a_manager_nothing_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
