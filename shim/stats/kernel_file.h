/* Whole small files of the kernel's, read into memory of the arena. */
#ifndef SHIM_STATS_KERNEL_FILE_H
#define SHIM_STATS_KERNEL_FILE_H

#include "shim/base/arena.h"

/* The text of <directory>/<name>; NULL if it cannot be read, or is larger than any such file. */
const char *kernel_file(struct arena *arena, const char *directory, const char *name);

#endif
