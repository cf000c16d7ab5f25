/*
 * The kubelet's log format: "TIME STREAM P|F TEXT\n". A text that has a newline inside, which
 * Docker never writes, becomes several lines, so that no text can forge one.
 */
#ifndef SHIM_LOGS_CRI_LOG_H
#define SHIM_LOGS_CRI_LOG_H

#include "shim/base/buf.h"
#include "shim/logs/json_log.h"

/* Appends the entry. False if the buffer's limit is reached; the buffer then ends somewhere inside.
 */
bool cri_log_append(struct buf *buf, const struct json_log_entry *entry);

#endif
