/*
 * What the stream endpoints need done, done with Docker: commands, attachments, and sockets in
 * pods.
 */
#ifndef SHIM_RPC_STREAM_OPS_H
#define SHIM_RPC_STREAM_OPS_H

#include "cri/streaming.h"
#include "shim/rpc/daemon.h"

/* The operations on the daemon's engine; the daemon is borrowed. */
struct stream_ops stream_ops(struct daemon *daemon);

#endif
