/*
 * Where the cgroup files of a process are: for each controller a directory and the version whose
 * files it has. A node may have version 1, version 2, or some controllers in each (hybrid).
 *
 * A newcomer's mistake: to take the cgroup that a process is in for its container's. What runs
 * systemd inside moves its first process into a cgroup below; the container's ends with its id.
 */
#ifndef SHIM_STATS_PLACE_H
#define SHIM_STATS_PLACE_H

#include <stdint.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

enum controller {
    CONTROLLER_CPU,
    CONTROLLER_CPUACCT, /* version 2 has its figures with the cpu's */
    CONTROLLER_MEMORY,
    CONTROLLER_IO, /* version 1 calls it blkio */
    CONTROLLER_PIDS,
    CONTROLLER_HUGETLB,
    CONTROLLER_PRESSURE, /* no controller, but files that only version 2's hierarchy has */
    CONTROLLER_COUNT,
};

struct hierarchy {
    int version;       /* 0: there is none */
    const char *name;  /* as /proc/PID/cgroup has it; "" for version 2 */
    const char *mount; /* without the root that the tree was read under */
    const char *root;  /* of the mount within the hierarchy */
};

struct hierarchies {
    const char *fs_root; /* "" but in tests */
    struct hierarchy of[CONTROLLER_COUNT];
};

struct place {
    struct {
        int version; /* 0: none */
        const char *directory;
    } of[CONTROLLER_COUNT];
};

/* What is mounted, from <fs_root>/proc/self/mountinfo. Lives in the arena. */
bool hierarchies_read(struct arena *arena, const char *fs_root, struct hierarchies *ret_hierarchies,
                      struct err *err);

/* The place of a container by one of its processes. NOT_FOUND if the process is gone. */
bool place_of_process(struct arena *arena, const struct hierarchies *hierarchies, int64_t pid,
                      const char *container_id, struct place *ret_place, struct err *err);

/* One level up: the pod's place by that of its pause container. */
void place_parent(struct arena *arena, const struct place *place, struct place *ret_place);

#endif
