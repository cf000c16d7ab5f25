#include "dockerapi/hijack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "dockerapi/client.h"
#include "dockerapi/http_head.h"
#include "dockerapi/relay.h"
#include "dockerapi/status.h"
#include "shim/base/alloc.h"
#include "shim/base/buf.h"

enum { PIECE_BYTES = 16 * 1024, ERROR_BODY_MAX_BYTES = 64 * 1024 };

/* The connection while it still is a conversation in HTTP. */
struct dialogue {
    struct link *link;
    const struct patience *patience;
    struct arena *arena;
    struct buf in; /* received and not used yet */
    struct http_head head;
};

static void dialogue_done(struct dialogue *dialogue)
{
    link_destroy(dialogue->link);
    buf_done(&dialogue->in);
}

static bool connect_link(struct dialogue *dialogue, struct err *err)
{
    struct link *link = dialogue->link;
    CURLcode result = CURLE_OK;
    link_prepare(link, true);
    curl_easy_setopt(link->easy, CURLOPT_CONNECT_ONLY, 1L);
    return link_drive(link, dialogue->patience, NULL, NULL, &result, err) &&
           (result == CURLE_OK || link_error(link, result, err));
}

static bool send_all(struct dialogue *dialogue, const char *bytes, size_t length, struct err *err)
{
    while (length > 0) {
        size_t count = 0;
        CURLcode result = curl_easy_send(dialogue->link->easy, bytes, length, &count);
        if (result != CURLE_OK && result != CURLE_AGAIN)
            return link_error(dialogue->link, result, err);
        if (result == CURLE_AGAIN &&
            !link_wait(dialogue->link, dialogue->patience, CURL_WAIT_POLLOUT, err))
            return false;
        bytes += count;
        length -= count;
    }
    return true;
}

/* Waits for more bytes; *ret_length is 0 at the end of the stream. */
static bool receive_some(struct dialogue *dialogue, size_t *ret_length, struct err *err)
{
    char piece[PIECE_BYTES];
    CURLcode result;
    while ((result = curl_easy_recv(dialogue->link->easy, piece, sizeof(piece), ret_length)) ==
           CURLE_AGAIN)
        if (!link_wait(dialogue->link, dialogue->patience, CURL_WAIT_POLLIN, err))
            return false;
    if (result != CURLE_OK)
        return link_error(dialogue->link, result, err);
    return buf_append(&dialogue->in, piece, *ret_length) ||
           err_set(err, CODE_RESOURCE_EXHAUSTED, "the answer is larger than %zu bytes",
                   dialogue->in.limit);
}

static bool send_request(struct dialogue *dialogue, const struct request *request, int version,
                         const struct request_body *body, struct err *err)
{
    const char *host = strstr(dialogue->link->endpoint->base_url, "://") + strlen("://");
    bool has_body = body->content_type != NULL;
    const char *head =
        arena_printf(dialogue->arena,
                     "%s %s HTTP/1.1\r\n"
                     "Host: %s\r\n"
                     "User-Agent: dockershimd/" DOCKERSHIMD_VERSION "\r\n"
                     "Connection: Upgrade\r\n"
                     "Upgrade: tcp\r\n"
                     "%s%s%s"
                     "Content-Length: %zu\r\n\r\n",
                     request->method, request_target(dialogue->arena, request, version), host,
                     has_body ? "Content-Type: " : "", has_body ? body->content_type : "",
                     has_body ? "\r\n" : "", body->length);
    return send_all(dialogue, head, strlen(head), err) &&
           send_all(dialogue, body->bytes, body->length, err);
}

static bool receive_head(struct dialogue *dialogue, struct err *err)
{
    for (;;) {
        struct buf *in = &dialogue->in;
        enum http_head_result result = http_head_parse(in->data, in->length, &dialogue->head);
        if (result == HTTP_HEAD_BAD)
            return err_set(err, CODE_UNKNOWN, "the answer is not HTTP/1, or its head is too large");
        if (result == HTTP_HEAD_DONE) {
            buf_consume(in, dialogue->head.length);
            if (dialogue->head.status >= 200 || dialogue->head.status == 101)
                return true;
            continue; /* "100 Continue" and its like: the answer is still to come */
        }
        size_t count;
        if (!receive_some(dialogue, &count, err))
            return false;
        if (count == 0)
            return err_set(err, CODE_UNAVAILABLE,
                           "the engine closed the connection before it had answered");
    }
}

/* The body of an error, as far as it is there; true if that is all of it. */
static bool body_is_whole(const struct dialogue *dialogue, const char **ret_body,
                          size_t *ret_length)
{
    const struct buf *in = &dialogue->in;
    char *body = arena_strndup(dialogue->arena, in->length > 0 ? in->data : "", in->length);
    *ret_body = body;
    *ret_length = in->length;
    if (dialogue->head.chunked)
        return http_dechunk(body, in->length, ret_length);
    return dialogue->head.content_length >= 0 &&
           in->length >= (size_t)dialogue->head.content_length;
}

static bool refuse(struct dialogue *dialogue, struct err *err)
{
    const char *body = "";
    size_t length = 0, count = 1;
    struct err ignored; /* the status is known; half of its message is better than none */
    while (!body_is_whole(dialogue, &body, &length) && count > 0)
        if (!receive_some(dialogue, &count, &ignored))
            break;
    return status_http_error(dialogue->head.status, false, body, length, err);
}

/* Makes the connection the caller's. */
static bool hand_over(struct dialogue *dialogue, struct docker_stream *ret_stream, struct err *err)
{
    struct link *link = dialogue->link;
    struct docker_stream stream = {.fd = -1};
    if (link->endpoint->tls_ca != NULL) {
        if (!relay_start(link, &stream.fd, err))
            return false;
        dialogue->link = NULL; /* the relay's */
    } else {
        stream.fd = fcntl(link->fd, F_DUPFD_CLOEXEC, 0);
        if (stream.fd < 0)
            return err_errno(err, errno, "duplicate the connection's descriptor");
        int flags = fcntl(stream.fd, F_GETFL);
        (void)fcntl(stream.fd, F_SETFL, flags & ~O_NONBLOCK); /* cannot fail for a socket */
    }
    if (dialogue->in.length > 0) {
        stream.early = xmalloc(dialogue->in.length);
        stream.early_length = dialogue->in.length;
        memcpy(stream.early, dialogue->in.data, dialogue->in.length);
    }
    *ret_stream = stream;
    return true;
}

static bool run(struct dialogue *dialogue, const struct request *request, int version,
                const struct request_body *body, struct docker_stream *ret_stream, struct err *err)
{
    const struct http_head *head = &dialogue->head;
    if (!connect_link(dialogue, err) || !send_request(dialogue, request, version, body, err) ||
        !receive_head(dialogue, err))
        return false;
    /* Engines that do not upgrade say 200 and then use the connection all the same. */
    if (head->status == 101 || (head->status == 200 && !head->chunked && head->content_length < 0))
        return hand_over(dialogue, ret_stream, err);
    return refuse(dialogue, err);
}

bool hijack(struct docker *docker, struct scope *scope, const struct request *request,
            struct docker_stream *ret_stream, struct err *err)
{
    auto_request_body struct request_body body = {0};
    struct patience patience = client_patience(docker, scope, request);
    __attribute__((cleanup(dialogue_done))) struct dialogue dialogue = {.patience = &patience,
                                                                        .arena = scope->arena};
    int version;
    buf_init(&dialogue.in, HTTP_HEAD_MAX + ERROR_BODY_MAX_BYTES);
    if (!docker_api_version(docker, scope, &version, err))
        return false;
    dialogue.link = client_make(docker, err);
    if (dialogue.link == NULL)
        return request_wrap(request, err);
    uint64_t generation = dialogue.link->generation;
    if (request_body_init(&body, request, err) &&
        run(&dialogue, request, version, &body, ret_stream, err))
        return true;
    if (err->code == CODE_UNAVAILABLE)
        client_lost(docker, generation);
    return request_wrap(request, err);
}
