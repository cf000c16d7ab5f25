/*
 * Docker's exec calls, and the raw stream that starting one gives.
 * Errors and ownership: dockerapi/docker.h.
 */
#ifndef DOCKERAPI_EXEC_H
#define DOCKERAPI_EXEC_H

#include "dockerapi/docker.h"
#include "dockerapi/stream.h"

/* POST /containers/{id}/exec. FAILED_PRECONDITION if the container does not run. */
bool docker_exec_create(struct docker *docker, struct scope *scope, const char *container_id,
                        json_t *body, json_t **ret_document, struct err *err);

bool docker_exec_inspect(struct docker *docker, struct scope *scope, const char *exec_id,
                         json_t **ret_document, struct err *err);

/* POST /exec/{id}/start, detached false. `body` is Docker's ExecStartConfig. The scope and the
 * request timeout bound the wait for Docker's answer, not the stream. */
bool docker_exec_start(struct docker *docker, struct scope *scope, const char *exec_id,
                       json_t *body, struct docker_stream *ret_stream, struct err *err);

/* POST /exec/{id}/resize: the size of its terminal, in characters. */
bool docker_exec_resize(struct docker *docker, struct scope *scope, const char *exec_id,
                        uint32_t width, uint32_t height, struct err *err);

#endif
