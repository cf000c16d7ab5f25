/*
 * The cgroup of a process, found from the process itself: /proc/PID/cgroup says where it is and
 * /proc/self/mountinfo where that is mounted, so neither driver nor version is guessed.
 */
#ifndef SHIM_STATS_CGROUP_H
#define SHIM_STATS_CGROUP_H

#include <stdint.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

/* The directory of the process's cgroup that has the given controller ("hugetlb"): on cgroup v2 the
 * one cgroup there is. NOT_FOUND if the process is gone or no hierarchy has the controller. */
bool cgroup_directory(struct arena *arena, int64_t pid, const char *controller,
                      const char **ret_directory, struct err *err);

/* Writes one control file; the error carries the kernel's own. */
bool cgroup_write_file(struct arena *arena, const char *directory, const char *file,
                       const char *value, struct err *err);

/* Pure parts, for tests: the path behind a controller in the text of /proc/PID/cgroup, and the
 * mount point of its hierarchy in the text of a mountinfo. An empty controller means cgroup v2's
 * hierarchy. NULL if there is none. */
const char *cgroup_parse_path(struct arena *arena, const char *cgroup_text, const char *controller);
const char *cgroup_parse_mount(struct arena *arena, const char *mountinfo_text,
                               const char *controller, const char **ret_root);

/* The part of a cgroup's path that is seen below a mount of `root`. */
const char *cgroup_below(const char *path, const char *root);

#endif
