/* Localhost seccomp profiles: files on the node that pods name. A profile that cannot be read is an
 * error; a container never runs without the one it asked for. */
#ifndef SHIM_RPC_SECCOMP_PROFILE_H
#define SHIM_RPC_SECCOMP_PROFILE_H

#include "shim/base/arena.h"
#include "shim/base/err.h"

/* Reads the profile's text (arena); NULL where `path` is NULL. FAILED_PRECONDITION names the file.
 */
bool seccomp_profile_read(struct arena *arena, const char *path, const char **ret_text,
                          struct err *err);

#endif
