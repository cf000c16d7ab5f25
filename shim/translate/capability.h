/* Capabilities added to and dropped from Docker's default set. */
#ifndef SHIM_TRANSLATE_CAPABILITY_H
#define SHIM_TRANSLATE_CAPABILITY_H

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/err.h"

/* Sets HostConfig.CapAdd and CapDrop; `capabilities` may be NULL. What is both added and dropped
 * stays dropped, while Docker alone would add it. FAILED_PRECONDITION for ambient ones, which
 * Docker cannot give. */
bool capability_set(json_t *host_config, const Cri__Capability *capabilities, struct err *err);

#endif
