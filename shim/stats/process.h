/* The processes of a place, and what /proc tells about them. */
#ifndef SHIM_STATS_PROCESS_H
#define SHIM_STATS_PROCESS_H

#include "shim/stats/kernel_text.h"
#include "shim/stats/place.h"

/* The ids of the processes in the place and in all cgroups below it. Their number; 0 if it is gone.
 * The array belongs to the arena. */
size_t process_list(struct arena *arena, const struct place *place, int64_t **ret_pids);

/* Open files of processes, and how many of them are sockets. A process that has ended since counts
 * for none. */
struct process_files {
    uint64_t open, sockets;
};
struct process_files process_files(struct arena *arena, const char *fs_root, const int64_t *pids,
                                   size_t count);

/* How many files a process may open; unknown if it has ended. */
struct figure process_files_limit(struct arena *arena, const char *fs_root, int64_t pid);

#endif
