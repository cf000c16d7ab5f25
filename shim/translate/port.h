/* Host ports that Docker binds for a pod on its own bridge. */
#ifndef SHIM_TRANSLATE_PORT_H
#define SHIM_TRANSLATE_PORT_H

#include <stddef.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"

/* INVALID_ARGUMENT, naming the mapping's field, for what is no protocol, port or address. */
bool port_check(Cri__PortMapping *const *mappings, size_t count, struct err *err);

/* Sets Config.ExposedPorts and HostConfig.PortBindings from checked mappings. Those without a host
 * port bind nothing. */
void port_set(struct arena *arena, json_t *config, json_t *host_config,
              Cri__PortMapping *const *mappings, size_t count);

#endif
