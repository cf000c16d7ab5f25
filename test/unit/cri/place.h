/*
 * Where a test of the listener listens: a directory of its own, with helpers to make sockets there
 * and to connect to them.
 */
#ifndef TEST_UNIT_CRI_PLACE_H
#define TEST_UNIT_CRI_PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cri/listener.h"

/* A directory of its own for each test; the socket is not there yet. */
struct place {
    char directory[64], path[96], endpoint[112];
};

static inline int make_place(void **state)
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

static inline int remove_place(void **state)
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

static inline struct listener *listen_on(const char *endpoint, const char *group)
{
    struct err err = ERR_INIT;
    struct listener *listener =
        listener_create(&(struct listener_options){.endpoint = endpoint, .group = group}, &err);
    if (listener == NULL)
        fail_msg("%s", err.text);
    return listener;
}

static inline void cannot_listen(const char *endpoint, const char *group, enum code code,
                                 const char *text)
{
    struct err err = ERR_INIT;
    assert_null(
        listener_create(&(struct listener_options){.endpoint = endpoint, .group = group}, &err));
    if (err.code != code || strstr(err.text, text) == NULL)
        fail_msg("%s: %s", code_name(err.code), err.text);
    assert_non_null(strstr(err.text, endpoint));
}

static inline struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    return address;
}

/* A socket bound by somebody else; listening or not. */
static inline int foreign_socket(const char *path, bool listening)
{
    struct sockaddr_un address = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    if (listening)
        assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static inline int connect_to(const char *path)
{
    struct sockaddr_un address = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static inline void make_directory(const struct place *place)
{
    char directory[96];
    (void)snprintf(directory, sizeof(directory), "%s/run", place->directory);
    assert_int_equal(mkdir(directory, 0755), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

#endif
