/*
 * Paths as text: nothing here looks at a file system. A path that names a place beneath another one
 * must be checked with path_is_local() before the two are joined.
 */
#ifndef SHIM_TRANSLATE_PATH_H
#define SHIM_TRANSLATE_PATH_H

#include <stdbool.h>

#include "shim/base/arena.h"

/* An absolute path without empty, "." and ".." parts and without a slash at its end. */
const char *path_clean(struct arena *arena, const char *absolute);

bool path_is_absolute(const char *path);

/* Not empty, not absolute, and no part is "..": it stays beneath whatever it is joined to. */
bool path_is_local(const char *path);

#endif
