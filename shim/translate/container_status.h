/*
 * Inspect documents -> what CRI reports of containers. The state comes from the State object of
 * inspect, never from a list's text.
 */
#ifndef SHIM_TRANSLATE_CONTAINER_STATUS_H
#define SHIM_TRANSLATE_CONTAINER_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"

Cri__ContainerState container_state(const json_t *container);

/* Ids and facts of an inspect document that handlers need. */
const char *container_id(const json_t *container);
const char *container_name(const json_t *container);          /* Docker's, without '/' */
const char *container_sandbox_id(const json_t *container);    /* "" on sandboxes */
const char *container_image_id(const json_t *container);      /* "sha256:…" */
const char *container_log_path(const json_t *container);      /* kubelet's, "" for none */
const char *container_log_directory(const json_t *container); /* "": its log is a link, or none */
const char *container_docker_log_path(const json_t *container);
bool container_is_sandbox(const json_t *container);
bool container_is_workload(const json_t *container);
int64_t container_pid(const json_t *container); /* 0 if it does not run */
bool container_tty(const json_t *container);

/* The image id of an entry of Docker's container list, which is no inspect document. */
const char *container_entry_image_id(const json_t *entry);

/* Metadata from the name, cleaned. Never NULL; empty fields where the name is none of ours. */
Cri__ContainerMetadata *translate_container_metadata(struct arena *arena, const json_t *container);

/* An entry of ListContainers. */
void translate_container(struct arena *arena, const json_t *container, Cri__Container *out);

/* ContainerStatus but for `user`, which the caller reads from /proc. `image` is the inspect
 * document of its image, or NULL if that is gone. */
void translate_container_status(struct arena *arena, const json_t *container, const json_t *image,
                                Cri__ContainerStatus *out);

/* The numeric user of a container that does not run, as far as its configuration tells; NULL if it
 * names users that only its image knows. */
Cri__ContainerUser *translate_configured_user(struct arena *arena, const json_t *container);

/* The verbose "info" text: one JSON object with sandboxID, pid, runtime and Docker's own state. */
const char *translate_container_info(struct arena *arena, const json_t *container);

/* ContainerFilter, all of its parts. NULL matches everything; ids match by prefix. */
bool container_matches(const json_t *container, const Cri__ContainerFilter *filter);

#endif
