/*
 * Opening a container's log where the kubelet wants it, as root, in directories that others may
 * have touched: what lies beneath the pod's log directory is walked without following a symbolic
 * link or leaving it.
 */
#ifndef SHIM_LOGS_OUTPUT_FILE_H
#define SHIM_LOGS_OUTPUT_FILE_H

#include "shim/base/err.h"

/* Opens `path` beneath `root` for appending and reading; file and directories are made if missing,
 * and a symbolic link in the file's own place is replaced. The descriptor, or -1. */
int output_file_open(const char *root, const char *path, struct err *err);

#endif
