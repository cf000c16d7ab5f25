/*
 * Docker's container calls. `id` may be a full id, a unique prefix or a name: Docker takes them
 * all, so a caller that must not be fooled by names compares the Id of the answer. Errors and
 * ownership: dockerapi/docker.h.
 */
#ifndef DOCKERAPI_CONTAINER_H
#define DOCKERAPI_CONTAINER_H

#include "dockerapi/docker.h"
#include "dockerapi/stream.h"

/* POST /containers/create. `body` is borrowed. ALREADY_EXISTS if the name is taken; NOT_FOUND if
 * the image is missing. The answer's Id is in the document. */
bool docker_container_create(struct docker *docker, struct scope *scope, const char *name,
                             json_t *body, json_t **ret_document, struct err *err);

/* Starting a running container succeeds (304). */
bool docker_container_start(struct docker *docker, struct scope *scope, const char *id,
                            struct err *err);

/* Waits for the container to end: `timeout_s` of grace (below 0 counts as 0), then Docker kills it.
 * The request's own limit is the grace and the request timeout on top. Stopping a stopped one
 * succeeds (304). */
bool docker_container_stop(struct docker *docker, struct scope *scope, const char *id,
                           int64_t timeout_s, struct err *err);

/* Sends a signal, by name ("SIGKILL"). FAILED_PRECONDITION if it does not run. */
bool docker_container_kill(struct docker *docker, struct scope *scope, const char *id,
                           const char *signal, struct err *err);

/* DELETE with v=1 (anonymous volumes go too). `force` kills a running one. */
bool docker_container_remove(struct docker *docker, struct scope *scope, const char *id, bool force,
                             struct err *err);

bool docker_container_inspect(struct docker *docker, struct scope *scope, const char *id,
                              json_t **ret_document, struct err *err);

/* GET /containers/json?all=1. `filters` is Docker's filter document ({"label": ["a=b"]}), borrowed;
 * NULL for all. The state lags behind a `die` event by up to 100 ms: ask inspect for it. */
bool docker_container_list(struct docker *docker, struct scope *scope, json_t *filters,
                           json_t **ret_array, struct err *err);

/* POST /containers/{id}/update. `body` is borrowed. */
bool docker_container_update(struct docker *docker, struct scope *scope, const char *id,
                             json_t *body, struct err *err);

/* Which of the main process's streams an attached connection carries. Output before the attachment
 * is not part of it. */
struct docker_attach {
    bool input, output, error;
    const char *detach_keys; /* that end the attachment when typed, as Docker writes them; NULL
                              * for Docker's own ctrl-p,ctrl-q */
};

/* POST /containers/{id}/attach. FAILED_PRECONDITION if the container does not run. The scope and
 * the request timeout bound the wait for Docker's answer, not the stream. */
bool docker_container_attach(struct docker *docker, struct scope *scope, const char *id,
                             const struct docker_attach *attach, struct docker_stream *ret_stream,
                             struct err *err);

/* POST /containers/{id}/resize: the size of its terminal, in characters. */
bool docker_container_resize(struct docker *docker, struct scope *scope, const char *id,
                             uint32_t width, uint32_t height, struct err *err);

#endif
