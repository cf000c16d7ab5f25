/*
 * A little Docker Engine for the inventory's tests: containers that the test makes, changes and
 * removes, their list and inspect, and one stream of events, which the test sends by itself so that
 * it decides what is seen when. An inspect can be made to hang.
 *
 * It serves any number of connections, each on a thread of its own.
 */
#ifndef TEST_UNIT_SHIM_INVENTORY_LITTLE_ENGINE_H
#define TEST_UNIT_SHIM_INVENTORY_LITTLE_ENGINE_H

#include "test/unit/dockerapi/fake_engine.h"
#include "test/unit/shim/inventory/container_document.h"

enum { LITTLE_CONTAINERS = 200, LITTLE_CONNECTIONS = 512 };

struct little_container {
    char id[32], type[32], status[32], started[32];
    bool there, hangs;
};

struct little_engine {
    char directory[64], path[96], endpoint[112];
    int listener;
    pthread_t acceptor;
    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t changed;
    struct little_container containers[LITTLE_CONTAINERS];
    size_t container_count, hanging, inspects, image_inspects, subscriptions;
    int events_fd; /* of the newest subscription; -1 for none */
    bool refuses;  /* every request is answered with 503 */
    int fds[LITTLE_CONNECTIONS];
    pthread_t threads[LITTLE_CONNECTIONS];
    size_t connection_count;
};

struct little_connection {
    struct little_engine *engine;
    size_t index;
    int fd;
};

static inline struct little_container *little_find(struct little_engine *engine, const char *id)
{
    for (size_t i = 0; i < engine->container_count; i++)
        if (strcmp(engine->containers[i].id, id) == 0)
            return &engine->containers[i];
    return NULL;
}

/* The state of a container, new or known; `status` NULL removes it. No event is sent. */
static inline void little_set(struct little_engine *engine, const char *type, const char *id,
                              const char *status)
{
    pthread_mutex_lock(&engine->lock);
    struct little_container *container = little_find(engine, id);
    if (container == NULL) {
        assert_true(engine->container_count < LITTLE_CONTAINERS);
        container = &engine->containers[engine->container_count++];
        (void)snprintf(container->id, sizeof(container->id), "%s", id);
        (void)snprintf(container->type, sizeof(container->type), "%s", type);
    }
    container->there = status != NULL;
    (void)snprintf(container->status, sizeof(container->status), "%s", status ? status : "");
    (void)snprintf(container->started, sizeof(container->started), "%s",
                   strcmp(container->status, "created") == 0 ? NEVER : SOME_START);
    pthread_mutex_unlock(&engine->lock);
}

/* Ends a hang, too: all inspects that wait are answered. */
static inline void little_hang(struct little_engine *engine, const char *id, bool hangs)
{
    pthread_mutex_lock(&engine->lock);
    little_find(engine, id)->hangs = hangs;
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
}

static inline void little_wait(struct little_engine *engine, const size_t *counter, size_t least)
{
    pthread_mutex_lock(&engine->lock);
    while (*counter < least)
        pthread_cond_wait(&engine->changed, &engine->lock);
    pthread_mutex_unlock(&engine->lock);
}

static inline size_t little_read(struct little_engine *engine, const size_t *counter)
{
    pthread_mutex_lock(&engine->lock);
    size_t value = *counter;
    pthread_mutex_unlock(&engine->lock);
    return value;
}

/* Bytes of the event stream, as one chunk. */
static inline void little_send(struct little_engine *engine, const char *text)
{
    char chunk[2048];
    (void)snprintf(chunk, sizeof(chunk), "%zx\r\n%s\r\n", strlen(text), text);
    little_wait(engine, &engine->subscriptions, 1);
    pthread_mutex_lock(&engine->lock);
    fake_send(engine->events_fd, chunk, strlen(chunk));
    pthread_mutex_unlock(&engine->lock);
}

static inline void little_event(struct little_engine *engine, const char *id, const char *action)
{
    char event[512];
    (void)snprintf(event, sizeof(event),
                   "{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\","
                   "\"Attributes\":{\"io.kubernetes.docker.type\":\"container\"}}}\n",
                   action, id);
    little_send(engine, event);
}

static inline void little_list(struct little_engine *engine, int fd)
{
    char *body = calloc(LITTLE_CONTAINERS + 1, 128);
    (void)strcpy(body, "[");
    pthread_mutex_lock(&engine->lock);
    for (size_t i = 0; i < engine->container_count; i++)
        if (engine->containers[i].there)
            (void)sprintf(body + strlen(body), "%s{\"Id\":\"%s\",\"State\":\"%s\"}",
                          strlen(body) > 1 ? "," : "", engine->containers[i].id,
                          engine->containers[i].status);
    pthread_mutex_unlock(&engine->lock);
    (void)strcat(body, "]");
    fake_answer(fd, 200, "Content-Type: application/json\r\n", body);
    free(body);
}

static inline void little_inspect(struct little_engine *engine, int fd, const char *id)
{
    char body[1024] = "{\"message\": \"No such container\"}";
    pthread_mutex_lock(&engine->lock);
    const struct little_container *container = little_find(engine, id);
    engine->inspects++;
    engine->hanging += container != NULL && container->hangs;
    pthread_cond_broadcast(&engine->changed);
    while (container != NULL && container->hangs)
        pthread_cond_wait(&engine->changed, &engine->lock);
    bool there = container != NULL && container->there;
    if (there)
        (void)container_text(body, sizeof(body), container->type, id, container->status,
                             container->started);
    pthread_mutex_unlock(&engine->lock);
    fake_answer(fd, there ? 200 : 404, "Content-Type: application/json\r\n", body);
}

static inline void little_subscribe(struct little_engine *engine, int fd)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    char byte;
    pthread_mutex_lock(&engine->lock);
    fake_send(fd, head, sizeof(head) - 1);
    engine->events_fd = fd;
    engine->subscriptions++;
    pthread_cond_broadcast(&engine->changed);
    pthread_mutex_unlock(&engine->lock);
    (void)recv(fd, &byte, 1, 0); /* until the client goes, or we do */
}

static inline void little_image(struct little_engine *engine, int fd, const char *id)
{
    char body[128];
    pthread_mutex_lock(&engine->lock);
    engine->image_inspects++;
    pthread_mutex_unlock(&engine->lock);
    (void)snprintf(body, sizeof(body), "{\"Id\": \"%s\", \"message\": \"no such image\"}", id);
    fake_answer(fd, strcmp(id, "sha256:gone") == 0 ? 404 : 200,
                "Content-Type: application/json\r\n", body);
}

/* False when the connection is to be closed. */
static inline bool little_serve_one(struct little_engine *engine, int fd, char *request)
{
    char id[64];
    if (!fake_receive(fd, request))
        return false;
    pthread_mutex_lock(&engine->lock);
    bool refuses = engine->refuses;
    pthread_mutex_unlock(&engine->lock);
    if (refuses)
        fake_answer(fd, 503, "", "{\"message\": \"the engine is starting\"}");
    else if (strncmp(request, "GET /_ping", 10) == 0)
        fake_answer(fd, 200, "Api-Version: 1.41\r\n", "OK");
    else if (strncmp(request, "GET /v1.41/events", 17) == 0)
        return little_subscribe(engine, fd), false;
    else if (strncmp(request, "GET /v1.41/containers/json?", 27) == 0)
        little_list(engine, fd);
    else if (sscanf(request, "GET /v1.41/containers/%63[^/]/json", id) == 1)
        little_inspect(engine, fd, id);
    else if (sscanf(request, "GET /v1.41/images/%63[^/]/json", id) == 1)
        little_image(engine, fd, id);
    else
        fake_answer(fd, 400, "", "{\"message\": \"the test does not know this request\"}");
    return true;
}

static inline void *little_serve(void *argument)
{
    struct little_connection *connection = argument;
    struct little_engine *engine = connection->engine;
    char *request = malloc(FAKE_REQUEST_MAX);
    while (little_serve_one(engine, connection->fd, request)) {
    }
    pthread_mutex_lock(&engine->lock);
    if (engine->events_fd == connection->fd)
        engine->events_fd = -1;
    (void)close(connection->fd);
    engine->fds[connection->index] = -1;
    pthread_mutex_unlock(&engine->lock);
    free(request);
    free(connection);
    return NULL;
}

static inline void *little_accept(void *argument)
{
    struct little_engine *engine = argument;
    int fd;
    while ((fd = accept(engine->listener, NULL, NULL)) >= 0) {
        struct little_connection *connection = malloc(sizeof(*connection));
        pthread_mutex_lock(&engine->lock);
        size_t index = engine->connection_count++;
        if (index >= LITTLE_CONNECTIONS)
            abort();
        *connection = (struct little_connection){engine, index, fd};
        engine->fds[index] = fd;
        (void)pthread_create(&engine->threads[index], NULL, little_serve, connection);
        pthread_mutex_unlock(&engine->lock);
    }
    return NULL;
}

static inline struct little_engine *little_start(void)
{
    struct little_engine *engine = calloc(1, sizeof(*engine));
    (void)strcpy(engine->directory, "/tmp/little-engine-XXXXXX");
    assert_non_null(mkdtemp(engine->directory));
    (void)snprintf(engine->path, sizeof(engine->path), "%s/sock", engine->directory);
    (void)snprintf(engine->endpoint, sizeof(engine->endpoint), "unix://%s", engine->path);
    engine->events_fd = -1;
    (void)pthread_mutex_init(&engine->lock, NULL);
    (void)pthread_cond_init(&engine->changed, NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)strcpy(address.sun_path, engine->path);
    engine->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_return_code(bind(engine->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_return_code(listen(engine->listener, 64), 0);
    assert_int_equal(pthread_create(&engine->acceptor, NULL, little_accept, engine), 0);
    return engine;
}

/* All connections end, as in a crash. */
static inline void little_crash(struct little_engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    for (size_t i = 0; i < engine->connection_count; i++)
        if (engine->fds[i] >= 0)
            (void)shutdown(engine->fds[i], SHUT_RDWR);
    pthread_mutex_unlock(&engine->lock);
}

static inline void little_refuse(struct little_engine *engine, bool refuses)
{
    pthread_mutex_lock(&engine->lock);
    engine->refuses = refuses;
    pthread_mutex_unlock(&engine->lock);
}

static inline void little_stop(struct little_engine *engine)
{
    (void)shutdown(engine->listener, SHUT_RDWR);
    (void)pthread_join(engine->acceptor, NULL);
    for (size_t i = 0; i < engine->container_count; i++)
        little_hang(engine, engine->containers[i].id, false);
    little_crash(engine);
    for (size_t i = 0; i < engine->connection_count; i++)
        (void)pthread_join(engine->threads[i], NULL);
    (void)close(engine->listener);
    (void)unlink(engine->path);
    (void)rmdir(engine->directory);
    (void)pthread_mutex_destroy(&engine->lock);
    (void)pthread_cond_destroy(&engine->changed);
    free(engine);
}

#endif
