/*
 * An engine that says what the test tells it to: an HTTP server on a unix socket, with a thread for
 * each connection. It plays a script of steps, one for each request in the order of their arrival
 * on whatever connection, and answers /_ping by itself where the script does not.
 *
 * Nothing is asserted on its threads: fake_stop() fails the test if a request was not the expected
 * one or if steps are left.
 */
#ifndef TEST_UNIT_DOCKERAPI_FAKE_ENGINE_H
#define TEST_UNIT_DOCKERAPI_FAKE_ENGINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dockerapi/docker.h"
#include "shim/base/clock.h"

/* What becomes of the connection after the answer. */
enum fake_then {
    FAKE_KEEP,
    FAKE_CLOSE,
    FAKE_RESET, /* closed before the request is read, so that the client gets a reset */
    FAKE_HANG,  /* nothing more comes, until the client goes away */
    FAKE_ECHO,  /* what the client sends comes back */
};

struct fake_step {
    const char *expect; /* how the request begins: "GET /v1.41/info" */
    int status;         /* an ordinary answer with `body`; 0: `raw` */
    const char *body;
    const char *raw; /* head and body as they are */
    size_t raw_length;
    enum fake_then then;
};

/* The three kinds of step: an ordinary answer, any bytes (a string literal), or nothing. */
#define STEP_ANSWER(start, code, text)                                                             \
    {                                                                                              \
        .expect = (start), .status = (code), .body = (text)                                        \
    }
#define STEP_RAW(start, literal, end)                                                              \
    {                                                                                              \
        .expect = (start), .raw = (literal), .raw_length = sizeof(literal) - 1, .then = (end)      \
    }
#define STEP_NOTHING(start, end)                                                                   \
    {                                                                                              \
        .expect = (start), .then = (end)                                                           \
    }

enum { FAKE_CONNECTIONS_MAX = 64, FAKE_REQUEST_MAX = 64 * 1024 };

struct fake {
    char directory[64], path[96], endpoint[112];
    const char *api_version; /* in answers to pings; NULL: without the header */
    const char *answer_all;  /* to every request that is no ping, in place of a script */
    const struct fake_step *steps;
    size_t step_count;

    pthread_mutex_t lock; /* over all that follows, and the script */
    pthread_cond_t changed;
    pthread_t acceptor;
    int listener;
    size_t next_step, pings, connection_count, gone_count;
    int fds[FAKE_CONNECTIONS_MAX]; /* -1: closed */
    pthread_t threads[FAKE_CONNECTIONS_MAX];
    char request[FAKE_REQUEST_MAX]; /* the last one, head and body */
    char complaint[1024];
};

struct fake_connection {
    struct fake *fake;
    size_t index;
    int fd;
};

static inline void fake_send(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = send(fd, bytes, length, MSG_NOSIGNAL);
        if (count <= 0)
            return;
        bytes += count;
        length -= (size_t)count;
    }
}

static inline void fake_answer(int fd, int status, const char *headers, const char *body)
{
    char head[512];
    (void)snprintf(head, sizeof(head), "HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n", status,
                   headers, strlen(body));
    fake_send(fd, head, strlen(head));
    fake_send(fd, body, strlen(body));
}

/* One whole request; false if the client has gone. */
static inline bool fake_receive(int fd, char *request)
{
    size_t length = 0, wanted = SIZE_MAX;
    while (length < wanted && length < FAKE_REQUEST_MAX - 1) {
        ssize_t count = recv(fd, request + length, FAKE_REQUEST_MAX - 1 - length, 0);
        if (count <= 0)
            return false;
        length += (size_t)count;
        request[length] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        const char *told = strcasestr(request, "\r\nContent-Length:");
        if (end != NULL)
            wanted = (size_t)(end - request) + 4 +
                     (told != NULL && told < end ? strtoul(told + 17, NULL, 10) : 0);
    }
    return true;
}

static inline void fake_echo(int fd)
{
    char bytes[4096];
    ssize_t count;
    while ((count = recv(fd, bytes, sizeof(bytes), 0)) > 0)
        fake_send(fd, bytes, (size_t)count);
}

/* The next step, if the request about to be read is not a ping that the fake answers itself. */
static inline const struct fake_step *fake_peek(struct fake *fake, int fd, bool *ret_ping)
{
    char start[11] = "";
    *ret_ping = recv(fd, start, sizeof(start), MSG_PEEK) == (ssize_t)sizeof(start) &&
                memcmp(start, "GET /_ping ", sizeof(start)) == 0;
    const struct fake_step *step = NULL;
    if (fake->next_step < fake->step_count)
        step = &fake->steps[fake->next_step];
    return *ret_ping && (step == NULL || strncmp(step->expect, "GET /_ping", 10) != 0) ? NULL
                                                                                       : step;
}

static inline void fake_ping(struct fake *fake, int fd)
{
    char headers[64] = "";
    pthread_mutex_lock(&fake->lock);
    fake->pings++;
    if (fake->api_version != NULL)
        (void)snprintf(headers, sizeof(headers), "Api-Version: %s\r\n", fake->api_version);
    pthread_mutex_unlock(&fake->lock);
    fake_answer(fd, 200, headers, "OK");
}

/* False when the connection is to be closed. */
static inline bool fake_play(const struct fake_step *step, int fd)
{
    char byte;
    if (step->status != 0)
        fake_answer(fd, step->status, "Content-Type: application/json\r\n", step->body);
    else
        fake_send(fd, step->raw, step->raw_length);
    if (step->then == FAKE_HANG)
        (void)recv(fd, &byte, 1, 0);
    if (step->then == FAKE_ECHO)
        fake_echo(fd);
    return step->then == FAKE_KEEP;
}

static inline bool fake_serve_one(struct fake *fake, int fd, char *request)
{
    bool is_ping;
    char byte;
    if (recv(fd, &byte, 1, MSG_PEEK) <= 0)
        return false;
    pthread_mutex_lock(&fake->lock);
    const struct fake_step *step = fake_peek(fake, fd, &is_ping);
    if (step != NULL)
        fake->next_step++;
    bool reset = step != NULL && step->then == FAKE_RESET;
    pthread_cond_broadcast(&fake->changed);
    pthread_mutex_unlock(&fake->lock);
    if (reset || !fake_receive(fd, request))
        return false;
    pthread_mutex_lock(&fake->lock);
    (void)strcpy(fake->request, request); /* of the same size */
    if (step == NULL ? !is_ping && fake->answer_all == NULL
                     : strncmp(request, step->expect, strlen(step->expect)) != 0)
        (void)snprintf(fake->complaint, sizeof(fake->complaint), "wanted %s, got %.200s",
                       step != NULL ? step->expect : "nothing", request);
    pthread_mutex_unlock(&fake->lock);
    if (step != NULL)
        return fake_play(step, fd);
    if (is_ping)
        fake_ping(fake, fd);
    else if (fake->answer_all != NULL)
        fake_answer(fd, 200, "Content-Type: application/json\r\n", fake->answer_all);
    return is_ping || fake->answer_all != NULL;
}

static inline void *fake_serve(void *argument)
{
    struct fake_connection *connection = argument;
    struct fake *fake = connection->fake;
    char *request = malloc(FAKE_REQUEST_MAX);
    while (fake_serve_one(fake, connection->fd, request)) {
    }
    pthread_mutex_lock(&fake->lock);
    (void)close(connection->fd);
    fake->fds[connection->index] = -1;
    fake->gone_count++;
    pthread_cond_broadcast(&fake->changed);
    pthread_mutex_unlock(&fake->lock);
    free(request);
    free(connection);
    return NULL;
}

static inline void *fake_accept(void *argument)
{
    struct fake *fake = argument;
    int fd;
    while ((fd = accept(fake->listener, NULL, NULL)) >= 0) {
        struct fake_connection *connection = malloc(sizeof(*connection));
        pthread_mutex_lock(&fake->lock);
        size_t index = fake->connection_count++;
        if (index >= FAKE_CONNECTIONS_MAX)
            abort();
        *connection = (struct fake_connection){fake, index, fd};
        fake->fds[index] = fd;
        (void)pthread_create(&fake->threads[index], NULL, fake_serve, connection);
        pthread_mutex_unlock(&fake->lock);
    }
    return NULL;
}

static inline struct fake *fake_start(const struct fake_step *steps, size_t step_count)
{
    struct fake *fake = calloc(1, sizeof(*fake));
    fake->steps = steps;
    fake->step_count = step_count;
    fake->api_version = "1.41";
    (void)strcpy(fake->directory, "/tmp/fake-engine-XXXXXX");
    assert_non_null(mkdtemp(fake->directory));
    (void)snprintf(fake->path, sizeof(fake->path), "%s/sock", fake->directory);
    (void)snprintf(fake->endpoint, sizeof(fake->endpoint), "unix://%s", fake->path);
    (void)pthread_mutex_init(&fake->lock, NULL);
    (void)pthread_cond_init(&fake->changed, NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)strcpy(address.sun_path, fake->path);
    fake->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_return_code(bind(fake->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_return_code(listen(fake->listener, 64), 0);
    assert_int_equal(pthread_create(&fake->acceptor, NULL, fake_accept, fake), 0);
    return fake;
}

#define FAKE_START(steps) fake_start(steps, sizeof(steps) / sizeof((steps)[0]))

/* Waits until so many steps were begun. */
static inline void fake_wait_steps(struct fake *fake, size_t count)
{
    pthread_mutex_lock(&fake->lock);
    while (fake->next_step < count)
        pthread_cond_wait(&fake->changed, &fake->lock);
    pthread_mutex_unlock(&fake->lock);
}

/* Waits until so many connections have ended. */
static inline void fake_wait_gone(struct fake *fake, size_t count)
{
    pthread_mutex_lock(&fake->lock);
    while (fake->gone_count < count)
        pthread_cond_wait(&fake->changed, &fake->lock);
    pthread_mutex_unlock(&fake->lock);
}

/* The engine restarts, as another version: all connections end. */
static inline void fake_restart(struct fake *fake, const char *api_version)
{
    pthread_mutex_lock(&fake->lock);
    fake->api_version = api_version;
    for (size_t i = 0; i < fake->connection_count; i++)
        if (fake->fds[i] >= 0)
            (void)shutdown(fake->fds[i], SHUT_RDWR);
    size_t count = fake->connection_count;
    pthread_mutex_unlock(&fake->lock);
    fake_wait_gone(fake, count);
}

static inline void fake_stop(struct fake *fake)
{
    (void)shutdown(fake->listener, SHUT_RDWR);
    (void)pthread_join(fake->acceptor, NULL);
    fake_restart(fake, NULL);
    for (size_t i = 0; i < fake->connection_count; i++)
        (void)pthread_join(fake->threads[i], NULL);
    (void)close(fake->listener);
    (void)unlink(fake->path);
    (void)rmdir(fake->directory);
    assert_string_equal(fake->complaint, "");
    assert_int_equal(fake->next_step, fake->step_count);
    (void)pthread_mutex_destroy(&fake->lock);
    (void)pthread_cond_destroy(&fake->changed);
    free(fake);
}

/* What a test of a call needs: a fake, its client, a scope and an error. */
struct rig {
    struct fake *fake;
    struct docker *docker;
    struct cancel cancel;
    struct scope scope;
    struct err err;
};

static inline void rig_begin(struct rig *rig, struct fake *fake, int64_t timeout_ns)
{
    *rig = (struct rig){.fake = fake};
    cancel_init(&rig->cancel, CLOCK_NEVER);
    rig->scope = (struct scope){.arena = arena_create(), .cancel = &rig->cancel};
    struct docker_options options = {.endpoint = fake->endpoint, .timeout_ns = timeout_ns};
    rig->docker = docker_create(&options, &rig->err);
    assert_non_null(rig->docker);
}

static inline void rig_end(struct rig *rig)
{
    docker_destroy(rig->docker);
    arena_destroy(rig->scope.arena);
    cancel_done(&rig->cancel);
    fake_stop(rig->fake);
}

/* Cancels the rig's work once so many steps were begun. */
struct canceller {
    struct rig *rig;
    size_t steps;
    pthread_t thread;
};

static inline void *canceller_run(void *argument)
{
    struct canceller *canceller = argument;
    fake_wait_steps(canceller->rig->fake, canceller->steps);
    cancel_fire(&canceller->rig->cancel);
    return NULL;
}

static inline void canceller_begin(struct canceller *canceller, struct rig *rig, size_t steps)
{
    *canceller = (struct canceller){.rig = rig, .steps = steps};
    assert_int_equal(pthread_create(&canceller->thread, NULL, canceller_run, canceller), 0);
}

static inline void canceller_end(struct canceller *canceller)
{
    (void)pthread_join(canceller->thread, NULL);
}

/* Adds to a text of fixed size. */
#define append(array, text)                                                                        \
    (void)snprintf((array) + strlen(array), sizeof(array) - strlen(array), "%s", (text))

#define assert_ok(rig, call)                                                                       \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s", code_name((rig)->err.code), (rig)->err.text);                       \
    } while (0)

/* The call fails with the code, and the text holds `part`. */
#define assert_fails(rig, expected, part, call)                                                    \
    do {                                                                                           \
        assert_false(call);                                                                        \
        if ((rig)->err.code != (expected) || strstr((rig)->err.text, part) == NULL)                \
            fail_msg("%s: %s", code_name((rig)->err.code), (rig)->err.text);                       \
    } while (0)

#endif
