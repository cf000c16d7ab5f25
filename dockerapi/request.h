/*
 * One request to the engine, from its description to its answer: a connection from the pool, the
 * negotiated version in front of the path, one repetition where that is safe, and every error
 * classified and named after the request. What the calls of this folder are made of.
 */
#ifndef DOCKERAPI_REQUEST_H
#define DOCKERAPI_REQUEST_H

#include <jansson.h>

#include "dockerapi/docker.h"

/* An answer that is read while it comes. False, with the error set, ends the request and closes its
 * connection. The functions run on the request's thread. */
struct request_stream {
    bool (*begun)(void *context, struct err *err); /* a success's head has arrived; may be NULL */
    bool (*bytes)(void *context, const char *bytes, size_t length, struct err *err);
    bool (*tick)(void *context, struct err *err); /* nothing came for a second; may be NULL */
    void *context;
};

struct request {
    const char *method;
    const char *path;    /* percent-encoded, without a version; messages name it */
    const char *query;   /* percent-encoded, NULL for none; messages never show it */
    json_t *document;    /* body, borrowed; NULL for none */
    const void *archive; /* or a body that is a tar archive, borrowed */
    size_t archive_length;
    const char *registry_auth; /* header value, NULL for none; messages never show it */
    bool creates;              /* makes an object with a name: a conflict is ALREADY_EXISTS */
    bool endless;              /* ends only with the scope or through `stream` */
    int64_t extra_ns;          /* that the engine may need on top of the request timeout */
    const struct request_stream *stream; /* NULL: the answer is collected */
};

/* The answer's body does not matter. */
bool request_run(struct docker *docker, struct scope *scope, const struct request *request,
                 struct err *err);

/* The answer is a document of `type`. It belongs to the scope's arena. */
bool request_json(struct docker *docker, struct scope *scope, const struct request *request,
                  json_type type, json_t **ret_document, struct err *err);

/* The same, but the reference is the caller's. *ret_generation tells which engine it comes from
 * (dockerapi/client.h). */
bool request_take(struct docker *docker, struct scope *scope, const struct request *request,
                  json_type type, json_t **ret_document, uint64_t *ret_generation, struct err *err);

/* The pieces of the above, for what hands a request over to something else.
 *
 * The path and query as sent. */
const char *request_target(struct arena *arena, const struct request *request, int version);

/* Puts "docker: GET /path" before the error. Always false. */
bool request_wrap(const struct request *request, struct err *err);

/* The bytes of a request's body, and what they are (NULL: there is none). */
struct request_body {
    const char *bytes;
    size_t length;
    const char *content_type;
    char *made; /* to be freed: holds the bytes where they had to be made */
};
bool request_body_init(struct request_body *body, const struct request *request, struct err *err);
void request_body_done(struct request_body *body);
#define auto_request_body __attribute__((cleanup(request_body_done)))

#endif
