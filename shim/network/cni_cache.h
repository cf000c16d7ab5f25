/*
 * libcni's result cache: one file per attachment, in libcni's format and place, so that plugins'
 * helpers, the incumbent and this daemon read each other's. Our own undoing does not depend on it
 * (attachment_record.h), that of adopted pods does.
 *
 * Source: libcni's api.go, kind "cniCacheV1".
 */
#ifndef SHIM_NETWORK_CNI_CACHE_H
#define SHIM_NETWORK_CNI_CACHE_H

#include <jansson.h>

#include "shim/network/cni_invoke.h"

bool cni_cache_write(struct arena *arena, const char *cache_directory,
                     const struct cni_attachment *attachment, const json_t *result,
                     struct err *err);

/* Removes an attachment's file, what an interrupted write left beside it, and the one that the
 * incumbent kept of the container's loopback interface. */
bool cni_cache_remove(struct arena *arena, const char *cache_directory,
                      const struct cni_attachment *attachment, struct err *err);

/* What was cached for a container's interface on any network: configuration list, arguments,
 * capabilities, and the result, NULL where there is none. NOT_FOUND if nothing was; DATA_LOSS or
 * FAILED_PRECONDITION if it cannot be understood. The attachment's netns, directories and timeout
 * are left to the caller. */
bool cni_cache_find(struct arena *arena, const char *cache_directory, const char *container_id,
                    const char *interface, struct cni_attachment *ret_attachment,
                    json_t **ret_result, struct err *err);

#endif
