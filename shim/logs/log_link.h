/*
 * A container's log at the path where the kubelet looks for it: a symbolic link to Docker's own
 * json-file.
 */
#ifndef SHIM_LOGS_LOG_LINK_H
#define SHIM_LOGS_LOG_LINK_H

#include "shim/base/err.h"

/* Makes the link, and the directories above it, in place of an older link. Nothing is done where
 * either path is "": the container has no log path, or its log driver keeps no file. A file that is
 * not a link is left alone: ALREADY_EXISTS. */
bool log_link_create(const char *path, const char *docker_path, struct err *err);

/* Removes the link, if there is one. */
bool log_link_remove(const char *path, struct err *err);

#endif
