/* Host devices and CDI devices of a container. */
#ifndef SHIM_TRANSLATE_DEVICE_H
#define SHIM_TRANSLATE_DEVICE_H

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/err.h"
#include "shim/translate/engine.h"

/* Sets HostConfig.Devices and DeviceRequests. INVALID_ARGUMENT names the field; FAILED_PRECONDITION
 * for CDI on an engine before 25. A missing device or CDI name shows when the container starts, in
 * Docker's own words. */
bool device_set(json_t *host_config, const Cri__ContainerConfig *config,
                const struct engine *engine, struct err *err);

#endif
