#include "cri/stream/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "cri/stream/bind_address.h"
#include "cri/stream/session.h"
#include "cri/stream/token.h"
#include "cri/stream/upgrade.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"

enum {
    CONNECTIONS_MAX = 2048,
    REQUEST_MEMORY_BYTES = 16 * 1024, /* a request's head must fit */
    REQUEST_TIMEOUT_S = 30,
    IDLE_TIMEOUT_S = 4 * 3600,
};

struct stream_server {
    struct session_host host;
    struct token_table *tokens;
    struct MHD_Daemon *http;
    uv_poll_t http_poll; /* of libmicrohttpd's epoll descriptor */
    uv_timer_t http_timer;
    struct exchange *upgraded; /* their sessions are to begin */
    struct arena *arena;       /* owns base_url */
    const char *base_url;      /* "http://127.0.0.1:4711" */
    bool stopping;
};

/* One request; libmicrohttpd keeps it until the connection is over. */
struct exchange {
    struct exchange *next; /* in server->upgraded */
    struct stream_server *server;
    struct MHD_UpgradeResponseHandle *handle;
    struct session_start start;
    struct buf early;
};

static const struct {
    const char *path;
    enum stream_kind kind;
} ENDPOINTS[] = {
    {"/cri/exec/", STREAM_EXEC},
    {"/cri/attach/", STREAM_ATTACH},
    {"/cri/portforward/", STREAM_PORT_FORWARD},
};

bool stream_server_url(struct stream_server *server, struct arena *arena,
                       const struct stream_request *request, const char **ret_url, struct err *err)
{
    char token[TOKEN_LENGTH + 1];
    if (!token_put(server->tokens, request, clock_mono_ns(), token, err))
        return false;
    const char *path = "";
    for (size_t i = 0; i < sizeof(ENDPOINTS) / sizeof(ENDPOINTS[0]); i++)
        if (ENDPOINTS[i].kind == request->kind)
            path = ENDPOINTS[i].path;
    *ret_url = arena_printf(arena, "%s%s%s", server->base_url, path, token);
    return true;
}

/* --------------------------------------------------------------------------------------- requests
 */

static void on_upgraded(void *context, struct MHD_Connection *connection, void *request_context,
                        const char *early, size_t early_length, MHD_socket fd,
                        struct MHD_UpgradeResponseHandle *handle);

static struct pending *find_pending(struct stream_server *server, const char *path)
{
    for (size_t i = 0; i < sizeof(ENDPOINTS) / sizeof(ENDPOINTS[0]); i++) {
        size_t length = strlen(ENDPOINTS[i].path);
        if (strncmp(path, ENDPOINTS[i].path, length) == 0)
            return token_take(server->tokens, ENDPOINTS[i].kind, path + length, clock_mono_ns());
    }
    return NULL;
}

static enum MHD_Result answer(struct stream_server *server, struct MHD_Connection *connection,
                              const char *path, struct exchange *exchange)
{
    if (server->stopping)
        return upgrade_refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "shutting down\n");
    struct pending *pending = find_pending(server, path);
    if (pending == NULL)
        return upgrade_refuse(connection, MHD_HTTP_NOT_FOUND, "not found\n");
    bool upgraded;
    enum MHD_Result result = upgrade_answer(connection, pending->request.kind, on_upgraded,
                                            exchange, &exchange->start.protocol, &upgraded);
    if (upgraded)
        exchange->start.pending = pending;
    else
        pending_destroy(pending);
    return result;
}

/* Called at least twice: when the head is there, and when the body, which is ignored, has ended. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *body, size_t *body_length, void **request_context)
{
    (void)version, (void)body;
    struct stream_server *server = context;
    struct exchange *exchange = *request_context;
    if (exchange == NULL) {
        exchange = xcalloc(1, sizeof(*exchange));
        exchange->server = server;
        buf_init(&exchange->early, REQUEST_MEMORY_BYTES);
        *request_context = exchange;
        return MHD_YES;
    }
    if (*body_length > 0) {
        *body_length = 0;
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_POST) != 0)
        return upgrade_refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or POST\n");
    return answer(server, connection, path, exchange);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_context,
                         enum MHD_RequestTerminationCode reason)
{
    (void)context, (void)connection, (void)reason;
    struct exchange *exchange = *request_context;
    if (exchange == NULL)
        return;
    pending_destroy(exchange->start.pending); /* the session took it, if there was one */
    buf_done(&exchange->early);
    free(exchange);
    *request_context = NULL;
}

/* --------------------------------------------------------------------- libmicrohttpd on the loop
 */

static void run_http(struct stream_server *server);

static void on_timer(uv_timer_t *timer)
{
    run_http(timer->data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events;
    run_http(poll->data);
}

static void run_soon(struct stream_server *server, uint64_t delay_ms)
{
    (void)uv_timer_start(&server->http_timer, on_timer, delay_ms, 0); /* cannot fail */
}

/* The client's socket is libmicrohttpd's to close, which it does when it runs next. */
static void release_connection(void *context)
{
    struct exchange *exchange = context;
    (void)MHD_upgrade_action(exchange->handle, MHD_UPGRADE_ACTION_CLOSE); /* fails if done before */
    run_soon(exchange->server, 0);
}

static void on_upgraded(void *context, struct MHD_Connection *connection, void *request_context,
                        const char *early, size_t early_length, MHD_socket fd,
                        struct MHD_UpgradeResponseHandle *handle)
{
    (void)connection, (void)request_context;
    struct exchange *exchange = context;
    struct stream_server *server = exchange->server;
    int yes = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)); /* keystrokes are small */
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes)); /* finds dead clients */
    exchange->handle = handle;
    exchange->start.wire = (struct wire_options){
        .fd = fd, .release = release_connection, .context = exchange, .watchful = true};
    (void)buf_append(&exchange->early, early, early_length); /* from a buffer of that size */
    exchange->start.early = exchange->early.data;
    exchange->start.early_length = exchange->early.length;
    exchange->next = server->upgraded;
    server->upgraded = exchange;
}

/* Sessions begin outside of libmicrohttpd, because they may end at once. */
static void begin_sessions(struct stream_server *server)
{
    while (server->upgraded != NULL) {
        struct exchange *exchange = server->upgraded;
        server->upgraded = exchange->next;
        struct session_start start = exchange->start;
        exchange->start.pending = NULL;
        if (start.pending->request.kind == STREAM_PORT_FORWARD)
            port_forward_start(&server->host, &start);
        else
            remote_command_start(&server->host, &start);
        buf_done(&exchange->early);
    }
}

static void run_http(struct stream_server *server)
{
    MHD_UNSIGNED_LONG_LONG delay_ms;
    (void)MHD_run(server->http); /* what fails is one connection's affair */
    begin_sessions(server);
    if (MHD_get_timeout(server->http, &delay_ms) == MHD_YES)
        run_soon(server, delay_ms);
    else
        (void)uv_timer_stop(&server->http_timer);
}

static void on_log(void *context, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void on_log(void *context, const char *format, va_list arguments)
{
    (void)context;
    char text[256];
    (void)vsnprintf(text, sizeof(text), format, arguments); /* cut if too long */
    text[strcspn(text, "\n")] = '\0';
    log_debug("stream endpoints: %s", text);
}

/* ---------------------------------------------------------------------------------------- the life
 */

/* A listening socket, and what it is bound to. */
static bool listen_on(const char *text, int *ret_fd, struct sockaddr_storage *ret_bound,
                      struct err *err)
{
    struct sockaddr_storage address;
    socklen_t length, bound_length = sizeof(*ret_bound);
    int yes = 1;
    if (!bind_address_parse(text, &address, &length, err))
        return false;
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_errno(err, errno, "socket for the stream endpoints");
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)); /* cannot fail */
    if (bind(fd, (const struct sockaddr *)&address, length) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)ret_bound, &bound_length) != 0) {
        int errnum = errno;
        (void)close(fd); /* never used */
        return err_errno(err, errnum, "listen on \"%s\" for the stream endpoints", text);
    }
    *ret_fd = fd;
    return true;
}

static struct MHD_Daemon *start_http(struct stream_server *server, int listen_fd)
{
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_UPGRADE | MHD_USE_ERROR_LOG, 0, NULL, NULL,
                            on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
                            MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)REQUEST_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            (size_t)REQUEST_MEMORY_BYTES, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
                            NULL, MHD_OPTION_END);
}

static void join_loop(struct stream_server *server, uv_loop_t *loop)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->http, MHD_DAEMON_INFO_EPOLL_FD);
    /* An epoll descriptor can be watched, and these calls fail for nothing else. */
    if (uv_timer_init(loop, &server->http_timer) != 0 ||
        uv_poll_init(loop, &server->http_poll, info->epoll_fd) != 0 ||
        uv_poll_start(&server->http_poll, UV_READABLE, on_poll) != 0)
        abort();
    server->http_timer.data = server;
    server->http_poll.data = server;
    session_host_init(&server->host);
}

struct stream_server *
stream_server_create(uv_loop_t *loop, const struct stream_server_options *options, struct err *err)
{
    int fd = -1;
    struct sockaddr_storage bound;
    if (!listen_on(options->bind_address, &fd, &bound, err))
        return NULL;
    struct stream_server *server = xcalloc(1, sizeof(*server));
    int64_t idle_ns = options->idle_timeout_ns;
    server->http = start_http(server, fd);
    if (server->http == NULL) {
        (void)close(fd); /* never used */
        free(server);
        (void)err_set(err, CODE_INTERNAL, "the stream endpoints' HTTP server does not start");
        return NULL;
    }
    server->host = (struct session_host){
        .loop = loop,
        .ops = options->ops,
        .jobs = job_runner_create(loop),
        .idle_ms = idle_ns > 0 ? (uint64_t)(idle_ns / NS_PER_MS) : (uint64_t)IDLE_TIMEOUT_S * 1000,
    };
    server->tokens = token_table_create();
    server->arena = arena_create();
    server->base_url = bind_address_url(server->arena, false, &bound);
    join_loop(server, loop);
    return server;
}

static void on_closed(uv_handle_t *handle)
{
    bool *closed = handle->data;
    *closed = true;
}

/* Handles are closed by the loop, all that wait for it at once: so the others are when this one is.
 */
static void close_last(uv_loop_t *loop, uv_handle_t *handle)
{
    bool closed = false;
    // cppcheck-suppress autoVariables // the handle is gone when this function returns
    handle->data = &closed;
    uv_close(handle, on_closed);
    while (!closed)
        (void)uv_run(loop, UV_RUN_NOWAIT);
}

void stream_server_destroy(struct stream_server *server)
{
    if (server == NULL)
        return;
    uv_loop_t *loop = server->host.loop;
    server->stopping = true;
    session_end_all(&server->host, "the daemon ends");
    while (server->host.count > 0)
        (void)uv_run(loop, UV_RUN_ONCE);
    run_http(server); /* closes what the sessions gave back */
    session_host_done(&server->host);
    job_runner_destroy(server->host.jobs);
    uv_close((uv_handle_t *)&server->http_timer, NULL);
    close_last(loop, (uv_handle_t *)&server->http_poll);
    MHD_stop_daemon(server->http);
    token_table_destroy(server->tokens);
    arena_destroy(server->arena);
    free(server);
}
