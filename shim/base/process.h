/*
 * Other processes of this host, by /proc. Pids are those of the daemon's own pid namespace, as
 * Docker reports them.
 */
#ifndef SHIM_BASE_PROCESS_H
#define SHIM_BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

/*
 * Kills (SIGKILL) a process with all its descendants and the rest of its session, until none is
 * left that could fork again. What left the session and was orphaned before is out of reach: the
 * kernel keeps no trace of where it came from. A process that is gone already is fine.
 */
void process_kill_tree(int64_t pid);

/* The effective user, group and supplementary groups that a process runs with. */
struct process_user {
    int64_t uid, gid;
    int64_t *groups; /* arena */
    size_t group_count;
};
bool process_user(struct arena *arena, int64_t pid, struct process_user *ret_user, struct err *err);

#endif
