/* AppArmor profiles as Docker takes them. One that cannot be enforced is refused, never dropped. */
#ifndef SHIM_TRANSLATE_APPARMOR_H
#define SHIM_TRANSLATE_APPARMOR_H

#include <jansson.h>

#include "shim/base/err.h"
#include "shim/translate/engine.h"
#include "shim/translate/security_profile.h"

/* Adds to HostConfig.SecurityOpt. FAILED_PRECONDITION if a profile is asked for and this engine has
 * no AppArmor. Whether the node has loaded a profile shows when the container starts: Docker fails
 * the start of one that names a missing profile. */
bool apparmor_add(json_t *security_opt, const struct security_profile *profile,
                  const struct engine *engine, struct err *err);

#endif
