/*
 * What the list calls and their Stream forms share: everything that a filter lets through, as
 * messages in the arena.
 */
#ifndef SHIM_RPC_LISTING_H
#define SHIM_RPC_LISTING_H

#include "proto/api.pb-c.h"
#include "shim/rpc/daemon.h"

/* The Stream forms send this many items in one message. */
enum { LISTING_CHUNK = 100 };

bool listing_sandboxes(struct daemon *daemon, struct scope *scope,
                       const Cri__PodSandboxFilter *filter, Cri__PodSandbox ***ret_items,
                       size_t *ret_count, struct err *err);
bool listing_containers(struct daemon *daemon, struct scope *scope,
                        const Cri__ContainerFilter *filter, Cri__Container ***ret_items,
                        size_t *ret_count, struct err *err);
bool listing_images(struct daemon *daemon, struct scope *scope, const Cri__ImageFilter *filter,
                    Cri__Image ***ret_items, size_t *ret_count, struct err *err);

#endif
