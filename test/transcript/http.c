#include "test/transcript/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "shim/base/cleanup.h"

enum { HEAD_MAX = 64 * 1024, BODY_MAX = 16 << 20 };

/* ---- requests */

static bool receive(int fd, char *bytes, size_t length)
{
    for (size_t got = 0; got < length;) {
        ssize_t count = recv(fd, bytes + got, length - got, 0);
        if (count <= 0)
            return false;
        got += (size_t)count;
    }
    return true;
}

/* Up to the head's last byte, which is peeked at. */
static bool read_head(int fd, char *head)
{
    size_t length = 0;
    while (length < HEAD_MAX - 2 && receive(fd, head + length, 1)) {
        head[++length] = '\0';
        if (length >= 3 && strcmp(head + length - 3, "\r\n\r") == 0) {
            if (recv(fd, head + length, 1, MSG_PEEK) != 1)
                return false;
            head[length + 1] = '\0';
            return true;
        }
    }
    return false;
}

static bool read_body(struct arena *arena, int fd, struct http_request *request)
{
    const char *length = http_header(arena, request, "Content-Length");
    request->body = "";
    request->body_length = length != NULL ? strtoul(length, NULL, 10) : 0;
    if (request->body_length == 0)
        return true;
    if (request->body_length > BODY_MAX)
        return false;
    http_request_finish(fd); /* the head's last byte */
    if (http_header(arena, request, "Expect") != NULL)
        http_send(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    char *body = arena_zalloc(arena, request->body_length + 1);
    request->body = body;
    return receive(fd, body, request->body_length - 1) &&
           recv(fd, body + request->body_length - 1, 1, MSG_PEEK) == 1;
}

bool http_request_read(struct arena *arena, int fd, struct http_request *ret_request)
{
    char *head = arena_alloc(arena, HEAD_MAX), *rest;
    if (!read_head(fd, head))
        return false;
    ret_request->method = strtok_r(head, " ", &rest);
    ret_request->target = strtok_r(NULL, " ", &rest);
    ret_request->head = rest;
    return ret_request->method != NULL && ret_request->target != NULL &&
           read_body(arena, fd, ret_request);
}

void http_request_finish(int fd)
{
    char byte;
    (void)recv(fd, &byte, 1, 0); /* it was peeked at, so it is there */
}

const char *http_header(struct arena *arena, const struct http_request *request, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = strstr(request->head, "\r\n"); line != NULL;
         line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':') {
            const char *value = line + 2 + length + 1;
            value += strspn(value, " ");
            return arena_strndup(arena, value, strcspn(value, "\r"));
        }
    return NULL;
}

static char *percent_decode(struct arena *arena, const char *text, size_t length)
{
    char *decoded = arena_strndup(arena, text, length), *out = decoded;
    for (const char *in = decoded; *in != '\0'; in++) {
        unsigned byte;
        if (in[0] == '%' && sscanf(in + 1, "%2x", &byte) == 1) {
            *out++ = (char)byte;
            in += 2;
        } else {
            *out++ = *in;
        }
    }
    *out = '\0';
    return decoded;
}

static bool values_match(const char *wanted, const char *got)
{
    if (wanted[0] == '~')
        return strstr(got, wanted + 1) != NULL;
    if (wanted[0] != '{')
        return strcmp(wanted, got) == 0;
    json_auto_t *wanted_json = json_loads(wanted, 0, NULL), *got_json = json_loads(got, 0, NULL);
    return wanted_json != NULL && got_json != NULL && json_equal(wanted_json, got_json);
}

static const char *next_parameter(struct arena *arena, const char **query, bool encoded)
{
    size_t length = strcspn(*query, "&");
    const char *parameter =
        encoded ? percent_decode(arena, *query, length) : arena_strndup(arena, *query, length);
    *query += length + ((*query)[length] == '&');
    return parameter;
}

/* Whether one parameter of the script, "name=value", is in the request's query. */
static bool query_has(struct arena *arena, const char *query, const char *wanted)
{
    size_t name = strcspn(wanted, "=");
    while (*query != '\0') {
        const char *got = next_parameter(arena, &query, true);
        if (strncmp(got, wanted, name) == 0 && got[name] == wanted[name])
            return got[name] == '\0' || values_match(wanted + name + 1, got + name + 1);
    }
    return false;
}

bool http_target_matches(struct arena *arena, const char *wanted, const char *got)
{
    size_t path = strcspn(wanted, "?");
    if (strncmp(wanted, got, path) != 0 || (got[path] != '\0' && got[path] != '?'))
        return false;
    const char *wanted_query = wanted[path] == '?' ? wanted + path + 1 : "";
    const char *got_query = got[path] == '?' ? got + path + 1 : "";
    int left = 0;
    for (const char *rest = got_query; *rest != '\0'; left++)
        (void)next_parameter(arena, &rest, true);
    for (; *wanted_query != '\0'; left--)
        if (!query_has(arena, got_query, next_parameter(arena, &wanted_query, false)))
            return false;
    return left == 0;
}

/* ---- replies */

void http_send(int fd, const void *bytes, size_t length)
{
    for (const char *at = bytes; length > 0;) {
        ssize_t count = send(fd, at, length, MSG_NOSIGNAL);
        if (count <= 0)
            return; /* the daemon has gone, which the script's answer will tell */
        at += count;
        length -= (size_t)count;
    }
}

static void send_answer(struct arena *arena, int fd, const struct reply *reply,
                        const char *api_version)
{
    auto_free char *body = reply->body != NULL ? json_dumps(reply->body, JSON_ENCODE_ANY) : NULL;
    size_t length = body != NULL ? strlen(body) : 0;
    bool may_have_body = reply->status != 204 && reply->status != 304;
    const char *head = arena_printf(arena,
                                    "HTTP/1.1 %d Status\r\nApi-Version: %s\r\n"
                                    "Content-Type: application/json\r\n",
                                    reply->status, api_version);
    if (may_have_body)
        head = arena_printf(arena, "%sContent-Length: %zu\r\n", head, length);
    const char *all = arena_printf(arena, "%s\r\n%s", head, body != NULL ? body : "");
    size_t all_length = strlen(all);
    if (reply->kind == REPLY_HALF)
        all_length -= length - length / 2;
    size_t piece = reply->kind == REPLY_SLOW ? 1 : all_length;
    for (size_t at = 0; at < all_length; at += piece)
        http_send(fd, all + at, piece);
}

static void send_chunk(struct arena *arena, int fd, const char *text)
{
    const char *chunk = arena_printf(arena, "%zx\r\n%s\r\n", strlen(text), text);
    http_send(fd, chunk, strlen(chunk));
}

void http_send_document(struct arena *arena, int fd, json_t *document)
{
    auto_free char *text = json_dumps(document, JSON_COMPACT);
    send_chunk(arena, fd, arena_printf(arena, "%s\r\n", text));
}

static void send_stream(struct arena *arena, int fd, const struct reply *reply)
{
    static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    http_send(fd, HEAD, sizeof(HEAD) - 1);
    size_t index;
    json_t *document;
    json_array_foreach (reply->documents, index, document)
        http_send_document(arena, fd, document);
    if (reply->kind == REPLY_STREAM && reply->end == END_WELL)
        send_chunk(arena, fd, "");
}

/* Docker's frames: stream number, three zeros, the length as 32 bits big endian. */
static void send_output(int fd, const struct reply *reply)
{
    static const char HEAD[] = "HTTP/1.1 101 UPGRADED\r\nContent-Type: "
                               "application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\n"
                               "Upgrade: tcp\r\n\r\n";
    http_send(fd, HEAD, sizeof(HEAD) - 1);
    size_t index;
    json_t *pair;
    json_array_foreach (reply->documents, index, pair) {
        const json_t *text = json_array_get(pair, 1);
        size_t length = json_string_length(text);
        const unsigned char head[8] = {
            (unsigned char)json_integer_value(json_array_get(pair, 0)),
            [4] = (unsigned char)(length >> 24),
            [5] = (unsigned char)(length >> 16),
            [6] = (unsigned char)(length >> 8),
            [7] = (unsigned char)length,
        };
        bool cut = reply->end == END_CUT && index + 1 == json_array_size(reply->documents);
        http_send(fd, head, sizeof(head));
        http_send(fd, json_string_value(text), cut ? length / 2 : length);
    }
}

bool http_play(struct arena *arena, int fd, const struct reply *reply, const char *api_version)
{
    static const char GARBAGE[] = "\x16\x03\x01 this is not HTTP\r\n\r\n";
    switch (reply->kind) {
    case REPLY_ANSWER:
    case REPLY_LATE:
    case REPLY_SLOW:
        send_answer(arena, fd, reply, api_version);
        return true;
    case REPLY_HALF:
        send_answer(arena, fd, reply, api_version);
        return false;
    case REPLY_STREAM:
    case REPLY_EVENTS:
        send_stream(arena, fd, reply);
        return reply->kind == REPLY_STREAM && reply->end == END_WELL;
    case REPLY_UPGRADE:
        send_output(fd, reply);
        return false;
    case REPLY_GARBAGE:
        http_send(fd, GARBAGE, sizeof(GARBAGE) - 1);
        return false;
    case REPLY_HANG:
    case REPLY_STUCK:
    case REPLY_CLOSE:
    case REPLY_RESET:
        return false;
    }
    return false;
}
