/*
 * The names of our containers in Docker: six fields joined by '_', "k8s_<container or POD>_<pod>_
 * <namespace>_<pod uid>_<attempt>", with an optional seventh of random hex digits. They are the
 * incumbent's, so its pods are ours and ours are its.
 *
 * A newcomer's mistake: the attempt in a container's name is the container's, not the sandbox's.
 */
#ifndef SHIM_TRANSLATE_NAME_H
#define SHIM_TRANSLATE_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"

struct name {
    const char *container; /* "POD" for a sandbox */
    const char *pod, *pod_namespace, *pod_uid;
    uint32_t attempt;
};

/* INVALID_ARGUMENT, naming the field, if metadata is missing, or a part is empty, has characters
 * that Docker does not take ([a-zA-Z0-9][a-zA-Z0-9_.-]*) or an underscore where it would break the
 * parsing, or the whole is longer than a sane name. `field` says where the metadata stood
 * ("config.metadata"). */
bool name_format_sandbox(struct arena *arena, const Cri__PodSandboxMetadata *metadata,
                         const char *field, const char **ret_name, struct err *err);
bool name_format_container(struct arena *arena, const Cri__ContainerMetadata *metadata,
                           const Cri__PodSandboxMetadata *pod, const char **ret_name,
                           struct err *err);

/* Reads a Docker name, with or without its leading '/'. False if it is none of ours. */
bool name_parse(struct arena *arena, const char *text, struct name *ret_name);

#endif
