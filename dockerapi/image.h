/*
 * Docker's image calls. A reference is a name with tag or digest, or an image id or prefix of one.
 * Errors and ownership: dockerapi/docker.h.
 */
#ifndef DOCKERAPI_IMAGE_H
#define DOCKERAPI_IMAGE_H

#include "dockerapi/docker.h"

bool docker_image_list(struct docker *docker, struct scope *scope, json_t **ret_array,
                       struct err *err);
bool docker_image_inspect(struct docker *docker, struct scope *scope, const char *reference,
                          json_t **ret_document, struct err *err);
bool docker_image_history(struct docker *docker, struct scope *scope, const char *reference,
                          json_t **ret_array, struct err *err);

/* DELETE /images/{reference}: takes one name off, and with the last name the image. `force` drops
 * an id that has several names. FAILED_PRECONDITION while a container uses it. */
bool docker_image_remove(struct docker *docker, struct scope *scope, const char *reference,
                         bool force, struct err *err);

/* What a pull tells while it runs, one JSON object at a time (borrowed). False, with the error set,
 * ends the pull. */
typedef bool docker_progress_fn(void *context, const json_t *message, struct err *err);

/* Watches a wait that has no fixed length: called about once a second while nothing arrives.
 * False, with the error set, ends the pull. */
typedef bool docker_tick_fn(void *context, struct err *err);

struct docker_pull {
    const char *repository; /* "registry/name" */
    const char *tag;        /* tag or digest ("sha256:…") */
    json_t *auth;           /* Docker's AuthConfig document, borrowed; NULL for none */
    docker_progress_fn *progress;
    docker_tick_fn *tick; /* may be NULL */
    void *context;
};

/* POST /images/create. Waits as long as the pull takes: the scope's end and `tick` bound it.
 * Closing the connection, which both do, makes Docker stop pulling. An error that the registry gave
 * arrives as a message with HTTP 200, and is for `progress` to find. */
bool docker_image_pull(struct docker *docker, struct scope *scope, const struct docker_pull *pull,
                       struct err *err);

/* POST /images/load with a tar archive in memory (docker save's format). Errors in its message
 * stream are reported like those of a pull, through `progress`. */
bool docker_image_load(struct docker *docker, struct scope *scope, const void *tar, size_t length,
                       docker_progress_fn *progress, void *context, struct err *err);

#endif
