/*
 * Files that must survive a power cut whole: written under a temporary name, flushed, renamed, and
 * the directory flushed too. Everything read is bounded.
 */
#ifndef SHIM_BASE_FILE_H
#define SHIM_BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

/* Replaces the file's content, all or nothing. Its directory must exist. */
bool file_write_atomic(const char *path, const void *bytes, size_t length, mode_t mode,
                       struct err *err);

/* The same, but not flushed: half-written files are never seen by a reader, and what was written
 * last may be lost with the power. For what a reboot makes void. */
bool file_write_volatile(const char *path, const void *bytes, size_t length, mode_t mode,
                         struct err *err);

/* Reads a regular file of at most `limit` bytes; *ret_bytes is NUL-terminated behind its length.
 * NOT_FOUND if it is missing, RESOURCE_EXHAUSTED if it is larger. Works for /proc, whose sizes lie.
 */
bool file_read(struct arena *arena, const char *path, size_t limit, char **ret_bytes,
               size_t *ret_length, struct err *err);

/* Makes a directory and its missing parents. An existing one is left as it is. */
bool file_make_directories(const char *path, mode_t mode, struct err *err);

/* Removes a file; a missing one is fine. */
bool file_remove(const char *path, struct err *err);

#endif
