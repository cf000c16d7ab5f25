#include "dockerapi/exchange.h"

#include <string.h>
#include <strings.h>

#include "dockerapi/api_version.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"

enum {
    ANSWER_MAX_BYTES = 64 * 1024 * 1024,
    ERROR_ANSWER_MAX_BYTES = 64 * 1024, /* the rest of a longer one is skipped */
    HEAD_MAX_BYTES = 64 * 1024,
};

void exchange_done(struct exchange *exchange)
{
    buf_done(&exchange->answer);
}

static long answer_status(const struct exchange *exchange)
{
    long status = 0;
    (void)curl_easy_getinfo(exchange->link->easy, CURLINFO_RESPONSE_CODE, &status); /* 0: none */
    return status;
}

static bool is_success(long status)
{
    return status >= 200 && status < 300;
}

static void note_version(struct exchange *exchange, const char *line, size_t length)
{
    static const char NAME[] = "Api-Version:";
    if (length < strlen(NAME) || strncasecmp(line, NAME, strlen(NAME)) != 0)
        return;
    line += strlen(NAME);
    length -= strlen(NAME);
    while (length > 0 && *line == ' ') {
        line++;
        length--;
    }
    while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == '\n'))
        length--;
    exchange->engine_version = api_version_parse(line, length);
}

static bool take_header(struct exchange *exchange, const char *line, size_t length)
{
    const struct request_stream *stream = exchange->request->stream;
    exchange->answered = true;
    exchange->head_bytes += length;
    if (exchange->head_bytes > HEAD_MAX_BYTES)
        return err_set(exchange->err, CODE_RESOURCE_EXHAUSTED,
                       "the head of the answer is larger than %d bytes", HEAD_MAX_BYTES);
    note_version(exchange, line, length);
    if (line[0] != '\r' && line[0] != '\n')
        return true;
    long status = answer_status(exchange);
    exchange->has_head = status >= 200; /* below that, another head follows */
    if (stream != NULL && stream->begun != NULL && is_success(status))
        return stream->begun(stream->context, exchange->err);
    return true;
}

static bool take_body(struct exchange *exchange, const char *bytes, size_t length)
{
    const struct request_stream *stream = exchange->request->stream;
    bool success = is_success(answer_status(exchange));
    exchange->answered = true;
    if (success && stream != NULL)
        return stream->bytes(stream->context, bytes, length, exchange->err);
    if (exchange->answer.limit == 0)
        buf_init(&exchange->answer, success ? ANSWER_MAX_BYTES : ERROR_ANSWER_MAX_BYTES);
    if (buf_append(&exchange->answer, bytes, length) || !success)
        return true;
    return err_set(exchange->err, CODE_RESOURCE_EXHAUSTED, "the answer is larger than %d bytes",
                   ANSWER_MAX_BYTES);
}

/* What a curl callback returns: all was taken, or the transfer is to end. */
static size_t callback_result(struct exchange *exchange, bool ok, size_t length)
{
    exchange->heard_ns = clock_mono_ns();
    exchange->stopped = !ok;
    return ok ? length : 0;
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;
    size_t length = size * count;
    return callback_result(exchange, take_header(exchange, line, length), length);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;
    size_t length = size * count;
    return callback_result(exchange, take_body(exchange, bytes, length), length);
}

/* Called when the connection stands, new or not, just before the request goes out. */
static int on_send(void *context, char *peer_ip, char *own_ip, int peer_port, int own_port)
{
    (void)peer_ip, (void)own_ip, (void)peer_port, (void)own_port;
    struct exchange *exchange = context;
    exchange->sent = true;
    return CURL_PREREQFUNC_OK;
}

static void add_header(struct curl_slist **headers, const char *name, const char *value)
{
    char *line = NULL;
    if (asprintf(&line, "%s:%s%s", name, value[0] != '\0' ? " " : "", value) < 0)
        alloc_failed();
    struct curl_slist *longer = curl_slist_append(*headers, line); /* copies */
    free(line);
    if (longer == NULL)
        alloc_failed();
    *headers = longer;
}

static struct curl_slist *make_headers(const struct exchange *exchange)
{
    struct curl_slist *headers = NULL;
    /* An empty value takes out what curl sends by itself: it would ask for leave to send a large
     * body, and calls every body a form. */
    add_header(&headers, "Expect", "");
    bool has_type = exchange->body != NULL && exchange->body->content_type != NULL;
    add_header(&headers, "Content-Type", has_type ? exchange->body->content_type : "");
    if (exchange->request->registry_auth != NULL)
        add_header(&headers, "X-Registry-Auth", exchange->request->registry_auth);
    return headers;
}

static void prepare(struct exchange *exchange, struct curl_slist *headers)
{
    const char *method = exchange->request->method;
    struct link *link = exchange->link;
    CURL *easy = link->easy;
    char *url = NULL;
    if (asprintf(&url, "%s%s", link->endpoint->base_url, exchange->target) < 0)
        alloc_failed();
    link_prepare(link, exchange->may_connect);
    curl_easy_setopt(easy, CURLOPT_URL, url); /* copies */
    free(url);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "dockershimd/" DOCKERSHIMD_VERSION);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_send);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
    if (strcmp(method, "POST") == 0) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body->length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->body->bytes); /* borrows */
    } else if (strcmp(method, "GET") != 0) {
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    }
}

static bool on_wait(void *context, int64_t *ret_until_ns, struct err *err)
{
    struct exchange *exchange = context;
    const struct request_stream *stream = exchange->request->stream;
    if (stream == NULL || stream->tick == NULL)
        return true;
    if (clock_mono_ns() - exchange->heard_ns >= NS_PER_S) {
        if (!stream->tick(stream->context, err))
            return false;
        exchange->heard_ns = clock_mono_ns();
    }
    *ret_until_ns = exchange->heard_ns + NS_PER_S;
    return true;
}

bool exchange_run(struct exchange *exchange, struct link *link, const struct patience *patience,
                  struct err *err)
{
    CURLcode result = CURLE_OK;
    struct curl_slist *headers = make_headers(exchange);
    exchange->link = link;
    exchange->err = err;
    exchange->heard_ns = clock_mono_ns();
    prepare(exchange, headers);
    bool ok = link_drive(link, patience, on_wait, exchange, &result, err);
    if (ok && result != CURLE_OK)
        ok = !exchange->stopped && link_error(link, result, err);
    if (ok && !exchange->has_head) /* which curl takes for the end of an answer without a body */
        ok = err_set(err, CODE_UNAVAILABLE, "the engine closed the connection within its answer");
    exchange->status = answer_status(exchange);
    link_remove(link);
    curl_slist_free_all(headers);
    if (!ok)
        link->version = 0;
    return ok;
}
