#include "dockerapi/request.h"

#include <stdlib.h>
#include <string.h>

#include "dockerapi/api_version.h"
#include "dockerapi/exchange.h"
#include "dockerapi/json_parse.h"
#include "dockerapi/negotiate.h"
#include "dockerapi/status.h"

bool request_body_init(struct request_body *body, const struct request *request, struct err *err)
{
    *body = (struct request_body){.bytes = ""};
    if (request->archive != NULL) {
        body->bytes = request->archive;
        body->length = request->archive_length;
        body->content_type = "application/x-tar";
    } else if (request->document != NULL) {
        body->made = json_dumps(request->document, JSON_COMPACT);
        if (body->made == NULL)
            return err_set(err, CODE_INTERNAL, "the request cannot be written as JSON");
        body->bytes = body->made;
        body->length = strlen(body->made);
        body->content_type = "application/json";
    }
    return true;
}

void request_body_done(struct request_body *body)
{
    free(body->made);
    *body = (struct request_body){0};
}

const char *request_target(struct arena *arena, const struct request *request, int version)
{
    const char *query = request->query;
    return arena_printf(arena, "/v%d.%d%s%s%s", API_VERSION_ARGS(version), request->path,
                        query != NULL ? "?" : "", query != NULL ? query : "");
}

/* A request that is under way: what stays the same when it is repeated. */
struct run {
    struct docker *docker;
    struct scope *scope;
    const struct request *request;
    struct request_body body;
    struct patience patience;
    int known_version; /* the newest engine that the caller can have built the request for */
};

/* *ret_again: no harm is done by sending it once more. */
static bool run_once(const struct run *run, struct exchange *exchange, uint64_t *ret_generation,
                     bool *ret_again, struct err *err)
{
    const struct request *request = run->request;
    struct link *link;
    *ret_again = false;
    if (!negotiate_take(run->docker, &run->patience, &link, err))
        return false;
    if (request->document != NULL && link->version < run->known_version) {
        /* An older engine would silently ignore the fields that it does not know. */
        err_set(err, CODE_UNAVAILABLE,
                "the engine's API version went from %d.%d to %d.%d meanwhile: try again",
                API_VERSION_ARGS(run->known_version), API_VERSION_ARGS(link->version));
        client_put(run->docker, link);
        return false;
    }
    *exchange = (struct exchange){
        .request = request,
        .target = request_target(run->scope->arena, request, link->version),
        .body = &run->body,
    };
    *ret_generation = link->generation;
    if (exchange_run(exchange, link, &run->patience, err)) {
        client_put(run->docker, link);
        return true;
    }
    if (err->code == CODE_UNAVAILABLE) {
        client_lost(run->docker, link->generation);
        *ret_again =
            !exchange->answered && (!exchange->sent || strcmp(request->method, "GET") == 0);
    }
    link_destroy(link);
    return false;
}

static bool run_twice(const struct run *run, struct exchange *exchange, uint64_t *ret_generation,
                      struct err *err)
{
    bool again;
    return run_once(run, exchange, ret_generation, &again, err) ||
           (again && run_once(run, exchange, ret_generation, &again, err));
}

static bool check_status(const struct exchange *exchange, struct err *err)
{
    /* 304: the container is in the wanted state already. */
    if ((exchange->status >= 200 && exchange->status < 300) || exchange->status == 304)
        return true;
    return status_http_error(exchange->status, exchange->request->creates, exchange->answer.data,
                             exchange->answer.length, err);
}

static bool run_checked(struct docker *docker, struct scope *scope, const struct request *request,
                        struct exchange *exchange, uint64_t *ret_generation, struct err *err)
{
    auto_request_body struct request_body body;
    if (!request_body_init(&body, request, err))
        return false;
    struct run run = {
        .docker = docker,
        .scope = scope,
        .request = request,
        .body = body,
        .patience = client_patience(docker, scope, request),
        .known_version = client_last_version(docker),
    };
    return run_twice(&run, exchange, ret_generation, err) && check_status(exchange, err);
}

bool request_run(struct docker *docker, struct scope *scope, const struct request *request,
                 struct err *err)
{
    auto_exchange struct exchange exchange = {0};
    uint64_t generation;
    return run_checked(docker, scope, request, &exchange, &generation, err) ||
           request_wrap(request, err);
}

bool request_take(struct docker *docker, struct scope *scope, const struct request *request,
                  json_type type, json_t **ret_document, uint64_t *ret_generation, struct err *err)
{
    auto_exchange struct exchange exchange = {0};
    if (run_checked(docker, scope, request, &exchange, ret_generation, err) &&
        json_parse(exchange.answer.data, exchange.answer.length, type, ret_document, err))
        return true;
    (void)request_wrap(request, err); /* always false */
    return false;
}

bool request_json(struct docker *docker, struct scope *scope, const struct request *request,
                  json_type type, json_t **ret_document, struct err *err)
{
    json_t *document;
    uint64_t generation;
    if (!request_take(docker, scope, request, type, &document, &generation, err))
        return false;
    *ret_document = arena_json(scope->arena, document);
    return true;
}

bool request_wrap(const struct request *request, struct err *err)
{
    return err_wrap(err, "docker: %s %s", request->method, request->path);
}
