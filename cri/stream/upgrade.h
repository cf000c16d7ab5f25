/*
 * The answer to a client's request: what it says about its upgrade, and what it is told.
 */
#ifndef CRI_STREAM_UPGRADE_H
#define CRI_STREAM_UPGRADE_H

#include <microhttpd.h>

#include "cri/stream/protocol.h"

/* Chooses the protocol and queues the 101 answer, after which `handler` is called with `context`;
 * or queues a refusal (*ret_upgraded false). What is returned is what libmicrohttpd wants to hear.
 */
enum MHD_Result upgrade_answer(struct MHD_Connection *connection, enum stream_kind kind,
                               MHD_UpgradeHandler handler, void *context,
                               struct protocol *ret_protocol, bool *ret_upgraded);

/* A plain answer. */
enum MHD_Result upgrade_refuse(struct MHD_Connection *connection, unsigned status,
                               const char *text);

#endif
