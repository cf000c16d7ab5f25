/* Inspect documents of containers in the states that the inventory tells apart. */
#ifndef TEST_UNIT_SHIM_INVENTORY_CONTAINER_DOCUMENT_H
#define TEST_UNIT_SHIM_INVENTORY_CONTAINER_DOCUMENT_H

#include <stdio.h>

#define SOME_START "2026-01-01T00:00:01Z"
#define LATER_START "2026-01-01T00:00:09Z"

#define NEVER "0001-01-01T00:00:00Z"
#define SOME_END "2026-01-01T00:00:05Z"

/* The text of a document. `status` is Docker's word; what never started has NEVER for `started`.
 * Containers belong to the pod "pod1". */
static inline const char *container_text(char *buffer, size_t size, const char *type,
                                         const char *id, const char *status, const char *started)
{
    bool running = strcmp(status, "running") == 0;
    (void)snprintf(buffer, size,
                   "{\"Id\": \"%s\", \"Name\": \"/k8s_c_p_n_u_0\", \"Image\": \"sha256:1\","
                   " \"State\": {\"Status\": \"%s\", \"Running\": %s, \"StartedAt\": \"%s\","
                   " \"FinishedAt\": \"%s\"}, \"Config\": {\"Labels\":"
                   " {\"io.kubernetes.docker.type\": \"%s\","
                   " \"io.kubernetes.sandbox.id\": \"pod1\"}}}",
                   id, status, running ? "true" : "false", started,
                   strcmp(status, "exited") == 0 ? SOME_END : NEVER, type);
    return buffer;
}

#endif
