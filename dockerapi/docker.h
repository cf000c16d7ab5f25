/*
 * A client of one Docker Engine. It knows Docker's URLs, HTTP and nothing of CRI: documents go in
 * and come out as JSON that others read.
 *
 * Every call blocks its thread until Docker has answered, the scope's deadline passes or the scope
 * is cancelled; a call without a nearer deadline ends after the request timeout, except those whose
 * header says that they wait. What is returned belongs to the scope's arena. Threads: any; calls
 * run side by side, each on a connection of its own, kept for the next one.
 *
 * Errors: HTTP 400 INVALID_ARGUMENT, 401 UNAUTHENTICATED, 403 PERMISSION_DENIED, 404 NOT_FOUND,
 * 409 FAILED_PRECONDITION (ALREADY_EXISTS where the call creates a named object), 429
 * RESOURCE_EXHAUSTED, 500 UNKNOWN, 501 UNIMPLEMENTED, 502 to 504 and an engine that cannot be
 * reached UNAVAILABLE. Docker's own message is passed on verbatim.
 *
 * A connection that breaks before an answer has begun is UNAVAILABLE, unless the request can be
 * repeated without harm (it only reads, or was not sent yet): then it is, once.
 *
 * The API version is negotiated at each connect, so an engine may be exchanged under us. Below 1.41
 * or with a minimum above ours every call fails with FAILED_PRECONDITION, which names both
 * versions. A request with a document that finds an older engine than the one before is not sent
 * (UNAVAILABLE): that engine would silently ignore what it does not know.
 */
#ifndef DOCKERAPI_DOCKER_H
#define DOCKERAPI_DOCKER_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "shim/base/err.h"
#include "shim/base/scope.h"

struct docker;

struct docker_options {
    const char *endpoint; /* unix:///path or tcp://host:port */
    const char *tls_ca;   /* PEM files for tcp://; NULL for plain HTTP */
    const char *tls_cert; /* client certificate, or NULL */
    const char *tls_key;  /* its key, or NULL */
    int64_t timeout_ns;   /* of one request; 0 for 1 m 59 s, the incumbent's */
};

/* Does not connect: an engine that is down is found out by the first call. Copies the options.
 * INVALID_ARGUMENT for an endpoint or TLS file that makes no sense. NULL on error. */
struct docker *docker_create(const struct docker_options *options, struct err *err);
void docker_destroy(struct docker *docker); /* no call may be under way; NULL is allowed */

/* The API version in force, as 100 * major + minor (141 is 1.41); connects when there is none yet.
 */
bool docker_api_version(struct docker *docker, struct scope *scope, int *ret_version,
                        struct err *err);

enum {
    DOCKER_API_MIN = 141, /* Engine 20.10 */
    DOCKER_API_MAX = 152, /* the newest that this client was written against */
    DOCKER_API_ANNOTATIONS = 143,
    DOCKER_API_RECURSIVE_READONLY = 144,
    DOCKER_API_IMAGE_MOUNT = 148,
};

/* GET /version and GET /info. Docker needs 6 to 12 ms for them, so an answer is shared for up to
 * `max_age_ns` (0: ask now). An engine that closed a connection since then is asked again. Other
 * calls read the same document: take no reference of your own to it or to a part of it. */
bool docker_version(struct docker *docker, struct scope *scope, int64_t max_age_ns,
                    json_t **ret_document, struct err *err);
bool docker_info(struct docker *docker, struct scope *scope, int64_t max_age_ns,
                 json_t **ret_document, struct err *err);

/* GET /system/df?type=image (all types before API 1.42). Slow on large stores. */
bool docker_disk_usage(struct docker *docker, struct scope *scope, json_t **ret_document,
                       struct err *err);

#endif
