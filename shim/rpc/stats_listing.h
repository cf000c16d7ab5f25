/*
 * What the stats and metrics lists and their Stream forms share: everything that runs and that a
 * filter lets through, as messages in the arena. What ends while it is read is left out.
 */
#ifndef SHIM_RPC_STATS_LISTING_H
#define SHIM_RPC_STATS_LISTING_H

#include "proto/api.pb-c.h"
#include "shim/rpc/daemon.h"

bool stats_listing_containers(struct daemon *daemon, struct scope *scope,
                              const Cri__ContainerStatsFilter *filter,
                              Cri__ContainerStats ***ret_items, size_t *ret_count, struct err *err);
bool stats_listing_sandboxes(struct daemon *daemon, struct scope *scope,
                             const Cri__PodSandboxStatsFilter *filter,
                             Cri__PodSandboxStats ***ret_items, size_t *ret_count, struct err *err);
bool stats_listing_metrics(struct daemon *daemon, struct scope *scope,
                           Cri__PodSandboxMetrics ***ret_items, size_t *ret_count, struct err *err);

#endif
