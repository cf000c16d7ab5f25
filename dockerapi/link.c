#include "dockerapi/link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dockerapi/status.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"

/*
 * Results of curl_easy_setopt() are not looked at: with options and types fixed at compile time it
 * can only run out of memory.
 */

struct link *link_create(const struct endpoint *endpoint, struct err *err)
{
    struct link *link = xcalloc(1, sizeof(*link));
    link->endpoint = endpoint;
    link->fd = -1;
    link->easy = curl_easy_init();
    link->multi = curl_multi_init();
    /* curl goes on without its pair of wakeup descriptors, but then nothing could end a wait. */
    if (link->easy != NULL && link->multi != NULL && curl_multi_wakeup(link->multi) == CURLM_OK)
        return link;
    link_destroy(link);
    (void)err_set(err, CODE_RESOURCE_EXHAUSTED, "no memory or no file descriptors left");
    return NULL;
}

void link_destroy(struct link *link)
{
    if (link == NULL)
        return;
    if (link->easy != NULL && link->multi != NULL)
        link_remove(link);
    curl_easy_cleanup(link->easy);
    if (link->multi != NULL)
        (void)curl_multi_cleanup(link->multi); /* fails only for a bad handle */
    free(link);
}

bool link_is_open(const struct link *link)
{
    char byte;
    if (link->fd < 0)
        return false;
    ssize_t count = recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    /* TLS has messages of its own at any time; only curl can tell what they mean. */
    return (count < 0 && (errno == EAGAIN || errno == EINTR)) ||
           (count > 0 && link->endpoint->tls_ca != NULL);
}

/* Sockets are made here, so that child processes do not inherit them and none is made when the
 * request is meant for the connection that there is. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct link *link = context;
    if (!link->may_connect) {
        link->refused = true;
        return CURL_SOCKET_BAD;
    }
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    link->socket_errno = fd < 0 ? errno : 0;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int close_socket(void *context, curl_socket_t fd)
{
    struct link *link = context;
    if (link->fd == fd)
        link->fd = -1;
    return close(fd);
}

void link_prepare(struct link *link, bool may_connect)
{
    const struct endpoint *endpoint = link->endpoint;
    CURL *easy = link->easy;
    curl_easy_reset(easy); /* connections stay */
    link->may_connect = may_connect;
    link->refused = false;
    link->socket_errno = 0;
    link->curl_error[0] = '\0';
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, link->curl_error);
    curl_easy_setopt(easy, CURLOPT_URL, endpoint->base_url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*"); /* the environment's proxies are for registries */
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L); /* finds that an engine's host went away */
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, link);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, link);
    if (endpoint->unix_path != NULL)
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, endpoint->unix_path);
    if (endpoint->tls_ca != NULL)
        curl_easy_setopt(easy, CURLOPT_CAINFO, endpoint->tls_ca);
    if (endpoint->tls_cert != NULL) {
        curl_easy_setopt(easy, CURLOPT_SSLCERT, endpoint->tls_cert);
        curl_easy_setopt(easy, CURLOPT_SSLKEY, endpoint->tls_key);
    }
}

static void wake(void *argument)
{
    (void)curl_multi_wakeup(argument); /* proved to work when the link was made */
}

/* Waits until something happens on curl's connection or on `extra`, for the end of patience, or
 * until `until_ns`. */
static bool wait_once(struct link *link, const struct patience *patience, struct curl_waitfd *extra,
                      int64_t until_ns, struct err *err)
{
    if (!patience_check(patience, err))
        return false;
    cancel_wake_set(patience->cancel, wake, link->multi);
    CURLMcode result = curl_multi_poll(link->multi, extra, extra != NULL ? 1 : 0,
                                       patience_left_ms(patience, until_ns), NULL);
    cancel_wake_clear(patience->cancel);
    return result == CURLM_OK ||
           err_set(err, CODE_INTERNAL, "curl: %s", curl_multi_strerror(result));
}

bool link_wait(struct link *link, const struct patience *patience, short events, struct err *err)
{
    struct curl_waitfd extra = {.fd = link->fd, .events = events};
    return wait_once(link, patience, &extra, CLOCK_NEVER, err);
}

/* True, with curl's verdict, when the transfer has ended. */
static bool has_ended(struct link *link, CURLcode *ret_result)
{
    int running, queued;
    CURLMcode failure = curl_multi_perform(link->multi, &running);
    if (failure != CURLM_OK) {
        *ret_result = CURLE_FAILED_INIT;
        return true;
    }
    const CURLMsg *message = curl_multi_info_read(link->multi, &queued);
    if (message == NULL || message->msg != CURLMSG_DONE)
        return false;
    *ret_result = message->data.result;
    return true;
}

bool link_drive(struct link *link, const struct patience *patience, link_tick_fn *tick,
                void *context, CURLcode *ret_result, struct err *err)
{
    if (!patience_check(patience, err)) /* curl could have an answer before the first wait */
        return false;
    CURLMcode added = curl_multi_add_handle(link->multi, link->easy);
    if (added != CURLM_OK)
        return err_set(err, CODE_INTERNAL, "curl: %s", curl_multi_strerror(added));
    while (!has_ended(link, ret_result)) {
        int64_t until_ns = CLOCK_NEVER;
        if ((tick != NULL && !tick(context, &until_ns, err)) ||
            !wait_once(link, patience, NULL, until_ns, err))
            return false;
    }
    curl_socket_t fd = CURL_SOCKET_BAD;
    (void)curl_easy_getinfo(link->easy, CURLINFO_ACTIVESOCKET, &fd); /* bad if it was closed */
    link->fd = fd == CURL_SOCKET_BAD ? -1 : fd;
    return true;
}

void link_remove(struct link *link)
{
    (void)curl_multi_remove_handle(link->multi, link->easy); /* one that is not in is fine */
}

/* curl's own words can quote what came over the wire. */
static void clean(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f)
            *text = '?';
}

bool link_error(struct link *link, CURLcode result, struct err *err)
{
    char reason[128];
    const struct endpoint *endpoint = link->endpoint;
    if (link->refused)
        return err_set(err, CODE_UNAVAILABLE, "the engine closed the connection");
    if (link->socket_errno != 0)
        return err_errno(err, link->socket_errno, "cannot make a socket for %s", endpoint->text);
    if (result == CURLE_COULDNT_CONNECT) {
        long errnum = 0;
        (void)curl_easy_getinfo(link->easy, CURLINFO_OS_ERRNO, &errnum); /* 0 if there is none */
        return err_set(err, CODE_UNAVAILABLE, "cannot connect to %s: %s", endpoint->text,
                       errnum != 0 ? strerror_r((int)errnum, reason, sizeof(reason))
                                   : curl_easy_strerror(result));
    }
    clean(link->curl_error);
    return err_set(err, status_curl_code(result), "%s",
                   link->curl_error[0] != '\0' ? link->curl_error : curl_easy_strerror(result));
}
