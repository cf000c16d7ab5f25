/*
 * CNI results: the addresses that ADD gave. From 0.3.0 on they stand in "ips", before that one in
 * "ip4" and one in "ip6". Pure.
 */
#ifndef SHIM_NETWORK_CNI_RESULT_H
#define SHIM_NETWORK_CNI_RESULT_H

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

/* UNKNOWN unless everything that claims to be an address can be read as one. */
bool cni_result_check(const json_t *result, struct err *err);

/* The addresses without prefix length, in the result's order: those of the sandbox's `interface`,
 * or that name no interface. At most `max`; returns their number. NULL has none. */
size_t cni_result_addresses(struct arena *arena, const json_t *result, const char *interface,
                            const char **ret_addresses, size_t max);

#endif
