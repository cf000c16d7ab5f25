/*
 * Port-forward: many connections to ports of one pod over one client connection. Each has a channel
 * for data and one for an error text; when one ends, however it does, the others go on.
 *
 * Over SPDY a client opens the two channels of a connection and names the port and, to tell which
 * two belong together, a request. Over WebSocket the ports are known and numbered from the start.
 */
#include "cri/stream/session.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cri/stream/dial.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"

enum {
    CONNECTIONS_MAX = 1000,
    EARLY_MAX = 4 << 20,           /* before the connection stands */
    EARLY_PAUSE_BYTES = 64 * 1024, /* from here on the client waits */
    REQUEST_ID_MAX = 64,
};

struct forward;

struct connection {
    struct connection *next;
    struct forward *forward;
    uint32_t data, error; /* channels */
    bool has_data, has_error;
    char request[REQUEST_ID_MAX];
    uint16_t port;

    struct dial *dial;
    struct wire *wire; /* NULL until it stands */
    struct buf early;
    bool client_finished, backend_finished;
    bool making_sockets, dead; /* a dead one waits for its sockets only to close them */
};

struct forward {
    struct session session; /* first: the session's address is the forward's */
    struct pending *pending;
    bool websocket; /* channels are numbered, and all there will ever be */
    struct connection *connections;
    size_t connection_count;
    int tasks; /* under way */
    struct cancel cancel;
};

/* The making of sockets in the pod's namespace. */
struct task {
    struct connection *connection;
    struct scope scope;
    int fds[2];
    bool ok;
    struct err err;
};

static void free_forward(struct forward *forward)
{
    session_remove(&forward->session);
    cancel_done(&forward->cancel);
    pending_destroy(forward->pending);
    free(forward);
}

/* The client waits while any connection has too much for its pod. */
static void pace_client(struct forward *forward)
{
    bool may_read = true;
    if (forward->session.peer == NULL)
        return;
    for (const struct connection *at = forward->connections; at != NULL; at = at->next)
        may_read &=
            at->wire != NULL ? !wire_is_full(at->wire) : at->early.length < EARLY_PAUSE_BYTES;
    peer_read(forward->session.peer, may_read);
}

static void unlink_connection(struct connection *connection)
{
    struct forward *forward = connection->forward;
    struct connection **at = &forward->connections;
    while (*at != connection)
        at = &(*at)->next;
    *at = connection->next;
    forward->connection_count--;
}

/* Takes it down without a word to the client. */
static void drop(struct connection *connection)
{
    dial_cancel(connection->dial);
    wire_destroy(connection->wire);
    buf_done(&connection->early);
    connection->dial = NULL;
    connection->wire = NULL;
    if (!connection->dead)
        unlink_connection(connection);
    connection->dead = true;
    if (!connection->making_sockets)
        free(connection);
}

/* Over WebSocket nothing can follow the last connection. */
static void close_if_done(struct forward *forward)
{
    if (!forward->websocket || forward->connections != NULL || forward->session.peer == NULL)
        return;
    peer_close(forward->session.peer);
    forward->session.deadline_ms = uv_now(forward->session.host->loop) + SESSION_LINGER_MS;
}

/* The end of a connection as the client sees it. `reason` may be NULL; a connection that broke is
 * reset, so that nobody takes half of the data for all of it. */
static void end_connection(struct connection *connection, const char *reason, bool broken)
{
    struct forward *forward = connection->forward;
    struct peer *peer = forward->session.peer;
    /* Once the pod has said all, both channels have been finished. */
    if (connection->has_error && !connection->backend_finished) {
        if (reason != NULL)
            peer_send(peer, connection->error, reason, strlen(reason));
        peer_finish(peer, connection->error);
    }
    if (connection->has_data && broken)
        peer_reset(peer, connection->data);
    else if (connection->has_data && !connection->backend_finished)
        peer_finish(peer, connection->data);
    drop(connection);
    pace_client(forward);
    close_if_done(forward);
}

static void fail_connection(struct connection *connection, const char *why, bool broken)
{
    struct arena *arena = arena_create();
    const char *reason =
        arena_printf(arena, "error forwarding port %u to pod %s: %s", connection->port,
                     connection->forward->pending->request.target, why);
    end_connection(connection, reason, broken);
    arena_destroy(arena);
}

static void on_pod_input(void *owner, const char *bytes, size_t length)
{
    struct connection *connection = owner;
    struct peer *peer = connection->forward->session.peer;
    peer_send(peer, connection->data, bytes, length);
    if (peer_is_full(peer))
        wire_read(connection->wire, false);
}

static void on_pod_ended(void *owner, int errnum)
{
    struct connection *connection = owner;
    struct peer *peer = connection->forward->session.peer;
    if (errnum != 0) {
        fail_connection(connection, strerror(errnum), true);
        return;
    }
    if (connection->client_finished) {
        end_connection(connection, NULL, false);
        return;
    }
    /* Clients wait for the end of both before they let their own end go. */
    peer_finish(peer, connection->data);
    peer_finish(peer, connection->error);
    connection->backend_finished = true;
    if (connection->forward->websocket) /* whose clients cannot finish */
        end_connection(connection, NULL, false);
}

static void on_pod_drained(void *owner)
{
    const struct connection *connection = owner;
    pace_client(connection->forward);
}

static void on_connected(void *owner, int fd, int errnum)
{
    static const struct wire_events EVENTS = {
        .input = on_pod_input, .ended = on_pod_ended, .drained = on_pod_drained};
    struct connection *connection = owner;
    struct forward *forward = connection->forward;
    connection->dial = NULL;
    if (fd < 0) {
        struct arena *arena = arena_create();
        fail_connection(connection,
                        arena_printf(arena, "connect to 127.0.0.1 and ::1: %s", strerror(errnum)),
                        false);
        arena_destroy(arena);
        return;
    }
    const struct wire_options options = {.fd = fd};
    int yes = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)); /* an optimisation */
    connection->wire = wire_create(forward->session.host->loop, &options, &EVENTS, connection);
    wire_write(connection->wire, connection->early.data, connection->early.length);
    buf_done(&connection->early);
    if (connection->client_finished)
        wire_finish(connection->wire);
    if (peer_is_full(forward->session.peer))
        wire_read(connection->wire, false);
    pace_client(forward);
}

static void work_sockets(void *context)
{
    struct task *task = context;
    const struct forward *forward = task->connection->forward;
    const struct stream_ops *ops = forward->session.host->ops;
    task->ok = ops->pod_sockets(ops->host, &task->scope, forward->pending->request.target,
                                task->fds, &task->err);
}

static void close_sockets(const int fds[2])
{
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]); /* gone whatever close says */
}

static void done_sockets(void *context)
{
    struct task *task = context;
    struct connection *connection = task->connection;
    struct forward *forward = connection->forward;
    connection->making_sockets = false;
    forward->tasks--;
    if (connection->dead) {
        if (task->ok)
            close_sockets(task->fds);
        free(connection);
    } else if (task->ok) {
        connection->dial = dial_start(forward->session.host->loop, task->fds, connection->port,
                                      on_connected, connection);
    } else {
        fail_connection(connection, task->err.text, false);
    }
    arena_destroy(task->scope.arena);
    free(task);
    if (forward->session.peer == NULL && forward->tasks == 0)
        free_forward(forward);
}

static void connect_pod(struct connection *connection)
{
    struct forward *forward = connection->forward;
    struct task *task = xcalloc(1, sizeof(*task));
    struct err err = ERR_INIT;
    task->connection = connection;
    task->scope = (struct scope){.arena = arena_create(), .cancel = &forward->cancel};
    if (job_start(forward->session.host->jobs, work_sockets, done_sockets, task, &err)) {
        connection->making_sockets = true;
        forward->tasks++;
        return;
    }
    arena_destroy(task->scope.arena);
    free(task);
    fail_connection(connection, err.text, false);
}

static struct connection *add_connection(struct forward *forward)
{
    struct connection *connection = xcalloc(1, sizeof(*connection));
    connection->forward = forward;
    connection->next = forward->connections;
    buf_init(&connection->early, EARLY_MAX);
    forward->connections = connection;
    forward->connection_count++;
    return connection;
}

static struct connection *find_channel(const struct forward *forward, uint32_t channel)
{
    for (struct connection *at = forward->connections; at != NULL; at = at->next)
        if ((at->has_data && at->data == channel) || (at->has_error && at->error == channel))
            return at;
    return NULL;
}

/* The connection that still lacks the other channel of this request, or a new one; NULL if there
 * are too many. */
static struct connection *find_request(struct forward *forward, const char *request, bool is_error)
{
    for (struct connection *at = forward->connections; at != NULL; at = at->next)
        if (strcmp(at->request, request) == 0 && !(is_error ? at->has_error : at->has_data))
            return at;
    if (forward->connection_count >= CONNECTIONS_MAX)
        return NULL;
    struct connection *connection = add_connection(forward);
    (void)snprintf(connection->request, sizeof(connection->request), "%s", request);
    return connection;
}

static bool parse_port(const char *text, uint16_t *ret_port)
{
    char *end;
    unsigned long port = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || port == 0 || port > UINT16_MAX)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

/* Clients of old name no request: there the error channel comes first and data is the next. */
static void request_name(const struct spdy_headers *headers, uint32_t channel, bool is_error,
                         char ret_name[REQUEST_ID_MAX])
{
    const char *name = spdy_headers_get(headers, "requestid");
    if (name[0] != '\0')
        (void)snprintf(ret_name, REQUEST_ID_MAX, "%s", name);
    else
        (void)snprintf(ret_name, REQUEST_ID_MAX, "#%u", is_error ? channel : channel - 2);
}

static void on_open(void *context, uint32_t channel, const struct spdy_headers *headers)
{
    struct forward *forward = context;
    const char *type = spdy_headers_get(headers, "streamtype");
    bool is_error = strcmp(type, "error") == 0;
    char request[REQUEST_ID_MAX];
    uint16_t port;
    struct connection *connection = NULL;
    request_name(headers, channel, is_error, request);
    if ((is_error || strcmp(type, "data") == 0) && find_channel(forward, channel) == NULL &&
        parse_port(spdy_headers_get(headers, "port"), &port))
        connection = find_request(forward, request, is_error);
    if (connection == NULL) {
        peer_reset(forward->session.peer, channel);
        return;
    }
    peer_accept(forward->session.peer, channel);
    connection->port = port;
    *(is_error ? &connection->error : &connection->data) = channel;
    *(is_error ? &connection->has_error : &connection->has_data) = true;
    if (connection->has_error && connection->has_data)
        connect_pod(connection);
}

static void on_data(void *context, uint32_t channel, const char *bytes, size_t length)
{
    struct forward *forward = context;
    struct connection *connection = find_channel(forward, channel);
    if (connection == NULL || connection->data != channel || !connection->has_data ||
        connection->client_finished)
        return; /* of a connection that has ended, mostly */
    if (connection->wire != NULL)
        wire_write(connection->wire, bytes, length);
    else if (!buf_append(&connection->early, bytes, length)) {
        fail_connection(connection, "too much data before the connection stood", true);
        return;
    }
    pace_client(forward);
}

static void on_finish(void *context, uint32_t channel)
{
    struct forward *forward = context;
    struct connection *connection = find_channel(forward, channel);
    if (connection == NULL || !connection->has_data || connection->data != channel)
        return;
    connection->client_finished = true;
    if (connection->backend_finished)
        end_connection(connection, NULL, false);
    else if (connection->wire != NULL)
        wire_finish(connection->wire);
}

static void on_reset(void *context, uint32_t channel)
{
    struct forward *forward = context;
    struct connection *connection = find_channel(forward, channel);
    if (connection == NULL)
        return;
    if (connection->has_error && channel == connection->error) {
        connection->has_error = false; /* nothing more is said on it */
        return;
    }
    if (connection->wire != NULL)
        wire_abort(connection->wire); /* the pod sees a reset too */
    connection->has_data = false;
    end_connection(connection, NULL, false);
}

static void on_drained(void *context)
{
    const struct forward *forward = context;
    for (struct connection *at = forward->connections; at != NULL; at = at->next)
        if (at->wire != NULL)
            wire_read(at->wire, true);
}

static void go(struct forward *forward)
{
    if (forward->session.peer == NULL)
        return;
    peer_destroy(forward->session.peer);
    forward->session.peer = NULL;
    forward->session.deadline_ms = 0;
    cancel_fire(&forward->cancel);
    while (forward->connections != NULL) /* each is alive, so that drop() takes it off the list */
        drop(forward->connections);      // NOLINT(clang-analyzer-unix.Malloc)
    if (forward->tasks == 0)
        free_forward(forward);
}

static void on_gone(void *context)
{
    go(context);
}

static void on_end(struct session *session, const char *why)
{
    log_debug("a port-forward session is ended: %s", why);
    go((struct forward *)session);
}

/* Each channel begins with its port, little endian. */
static void begin_websocket(struct forward *forward)
{
    const struct stream_request *request = &forward->pending->request;
    struct peer *peer = forward->session.peer;
    forward->websocket = true;
    for (size_t i = 0; i < request->port_count; i++) {
        struct connection *connection = add_connection(forward);
        uint16_t port = (uint16_t)request->ports[i];
        const char bytes[2] = {(char)(port & 0xff), (char)(port >> 8)};
        connection->port = port;
        connection->data = (uint32_t)(2 * i);
        connection->error = connection->data + 1;
        connection->has_data = connection->has_error = true;
        peer_send(peer, connection->data, bytes, sizeof(bytes));
        peer_send(peer, connection->error, bytes, sizeof(bytes));
    }
    for (struct connection *at = forward->connections, *next; at != NULL; at = next) {
        next = at->next; /* a failure takes away only its own */
        connect_pod(at);
    }
    close_if_done(forward);
}

void port_forward_start(struct session_host *host, const struct session_start *start)
{
    static const struct peer_events EVENTS = {
        .open = on_open,
        .data = on_data,
        .finish = on_finish,
        .reset = on_reset,
        .drained = on_drained,
        .gone = on_gone,
    };
    struct forward *forward = xcalloc(1, sizeof(*forward));
    forward->pending = start->pending;
    cancel_init(&forward->cancel, CLOCK_NEVER);
    forward->session.end = on_end;
    forward->session.peer =
        peer_create(host->loop, &start->wire, &start->protocol, &EVENTS, forward);
    session_add(host, &forward->session);
    if (start->protocol.websocket && !start->protocol.tunnel)
        begin_websocket(forward);
    peer_feed(forward->session.peer, start->early, start->early_length);
}
