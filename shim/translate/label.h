/*
 * Docker has labels only, CRI has labels and annotations. Annotations become labels with the prefix
 * "annotation."; a few keys are ours and never shown to CRI. The incumbent's keys are kept; keys of
 * our own begin with "io.dockershimd." and are hidden as well.
 */
#ifndef SHIM_TRANSLATE_LABEL_H
#define SHIM_TRANSLATE_LABEL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"

#define LABEL_TYPE "io.kubernetes.docker.type" /* "podsandbox" or "container" */
#define LABEL_TYPE_SANDBOX "podsandbox"
#define LABEL_TYPE_CONTAINER "container"
#define LABEL_SANDBOX_ID "io.kubernetes.sandbox.id"
#define LABEL_LOG_PATH "io.kubernetes.container.logpath"
#define LABEL_CONTAINER_NAME "io.kubernetes.container.name" /* "POD" on sandboxes, hidden there */
#define LABEL_OURS "io.dockershimd."
#define LABEL_IMAGE LABEL_OURS "image"                     /* container: the reference asked for */
#define LABEL_RUNTIME_HANDLER LABEL_OURS "runtime-handler" /* sandbox: as asked for, may be "" */
#define LABEL_LOG_DIRECTORY LABEL_OURS "log-directory"     /* where we write logs; "" for links */
#define LABEL_CGROUP_WRITES LABEL_OURS "cgroup-writes"     /* container: see cgroup_write.h */

/* All map<string,string> entry types of the protocol have this layout. */
struct label_entry {
    ProtobufCMessage base;
    const char *key, *value;
};

/* Adds CRI labels and annotations to a Docker label object. The last of duplicate keys wins. */
void label_add(json_t *docker_labels, const void *labels, size_t label_count,
               const void *annotations, size_t annotation_count);

/* Splits Docker labels into a message's map fields, e.g.
 *     label_split(arena, docker_labels, &cri__container__labels_entry__descriptor,
 *                 (void ***)&out->labels, &out->n_labels, …annotations…);
 * Hidden keys are left out, texts cleaned. */
void label_split(struct arena *arena, const json_t *docker_labels,
                 const ProtobufCMessageDescriptor *label_type, void ***ret_labels,
                 size_t *ret_label_count, const ProtobufCMessageDescriptor *annotation_type,
                 void ***ret_annotations, size_t *ret_annotation_count);

/* True if the container document (inspect) carries every pair of a CRI label selector. */
bool label_match(const json_t *container, const void *selector, size_t selector_count);

/* A label's value on an inspect document; "" if missing. Borrowed. */
const char *label_get(const json_t *container, const char *key);

/* A one-pair map for `info` fields; the value is copied and cleaned. Used by verbose answers:
 *     label_map_add(arena, &cri__status_response__info_entry__descriptor, (void ***)&out->info,
 *                   &out->n_info, "config", text); */
void label_map_add(struct arena *arena, const ProtobufCMessageDescriptor *type, void ***map,
                   size_t *count, const char *key, const char *value);

/* Docker's filter document for list calls: all our sandboxes or all our containers; `sandbox_id`
 * (or NULL) narrows to one pod's containers. A new reference. */
json_t *label_filter_sandboxes(void);
json_t *label_filter_containers(const char *sandbox_id);

#endif
