/* Cleanup attributes: what a function makes for itself goes when the variable leaves its scope. */
#ifndef SHIM_BASE_CLEANUP_H
#define SHIM_BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void cleanup_close(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* the descriptor is gone whatever close says */
}

#define auto_free __attribute__((cleanup(cleanup_free)))
#define auto_close __attribute__((cleanup(cleanup_close)))

#endif
