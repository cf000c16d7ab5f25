#include "dockerapi/negotiate.h"

#include <string.h>

#include "dockerapi/api_version.h"
#include "dockerapi/exchange.h"
#include "dockerapi/json_parse.h"
#include "dockerapi/status.h"

static bool ask(struct exchange *exchange, struct link *link, const struct patience *patience,
                struct err *err)
{
    if (!exchange_run(exchange, link, patience, err))
        return false;
    if (exchange->status == 200)
        return true;
    (void)status_http_error(exchange->status, false, exchange->answer.data, exchange->answer.length,
                            err);
    err->code = CODE_UNAVAILABLE; /* it says nothing about what the request is for */
    return false;
}

static bool ask_newest(struct link *link, const struct patience *patience, int *ret_version,
                       struct err *err)
{
    static const struct request PING = {.method = "GET", .path = "/_ping"};
    auto_exchange struct exchange exchange = {
        .request = &PING, .target = PING.path, .may_connect = true};
    if (!ask(&exchange, link, patience, err))
        return false;
    *ret_version = exchange.engine_version;
    return true;
}

/* 0 for an engine that does not say. */
static bool ask_oldest(struct link *link, const struct patience *patience, int *ret_version,
                       struct err *err)
{
    static const struct request VERSION = {.method = "GET", .path = "/version"};
    auto_exchange struct exchange exchange = {.request = &VERSION, .target = VERSION.path};
    json_auto_t *document = NULL;
    if (!ask(&exchange, link, patience, err) ||
        !json_parse(exchange.answer.data, exchange.answer.length, JSON_OBJECT, &document, err))
        return false;
    const char *text = json_string_value(json_object_get(document, "MinAPIVersion"));
    *ret_version = text != NULL ? api_version_parse(text, strlen(text)) : 0;
    return true;
}

/* An engine that is newer than we are may have given up our version. */
static bool check_oldest(struct docker *docker, struct link *link, int newest,
                         const struct patience *patience, struct err *err)
{
    int oldest;
    if (newest <= DOCKER_API_MAX || client_vetted(docker, newest))
        return true;
    if (!ask_oldest(link, patience, &oldest, err))
        return err_wrap(err, "ask for the engine's oldest API version");
    if (oldest > DOCKER_API_MAX)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "the engine at %s speaks API %d.%d and newer, dockershimd up to %d.%d: "
                       "upgrade dockershimd, or lower the engine's DOCKER_MIN_API_VERSION",
                       docker->endpoint.text, API_VERSION_ARGS(oldest),
                       API_VERSION_ARGS(DOCKER_API_MAX));
    client_vet(docker, link, newest);
    return true;
}

static bool negotiate(struct docker *docker, struct link *link, const struct patience *patience,
                      struct err *err)
{
    int newest;
    if (!ask_newest(link, patience, &newest, err))
        return false;
    if (newest == 0)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "what answers at %s does not tell an API version: it is no Docker Engine",
                       docker->endpoint.text);
    if (newest < DOCKER_API_MIN)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "the engine at %s speaks API up to %d.%d, dockershimd %d.%d and newer: "
                       "upgrade Docker to 20.10 or newer",
                       docker->endpoint.text, API_VERSION_ARGS(newest),
                       API_VERSION_ARGS(DOCKER_API_MIN));
    if (!check_oldest(docker, link, newest, patience, err))
        return false;
    link->version = newest < DOCKER_API_MAX ? newest : DOCKER_API_MAX;
    client_settle_version(docker, link);
    return true;
}

bool negotiate_take(struct docker *docker, const struct patience *patience, struct link **ret_link,
                    struct err *err)
{
    if (!patience_check(patience, err)) /* which would cost a good connection */
        return false;
    struct link *link = client_take(docker, err);
    if (link == NULL)
        return false;
    if (link->version == 0 && !negotiate(docker, link, patience, err)) {
        if (err->code == CODE_UNAVAILABLE)
            client_lost(docker, link->generation);
        link_destroy(link);
        return false;
    }
    *ret_link = link;
    return true;
}

bool docker_api_version(struct docker *docker, struct scope *scope, int *ret_version,
                        struct err *err)
{
    static const struct request PING = {.method = "GET", .path = "/_ping"};
    int version = client_current_version(docker);
    if (version == 0) {
        struct patience patience = client_patience(docker, scope, &PING);
        struct link *link;
        if (!negotiate_take(docker, &patience, &link, err))
            return err_wrap(err, "docker: GET /_ping");
        version = link->version;
        client_put(docker, link);
    }
    *ret_version = version;
    return true;
}
