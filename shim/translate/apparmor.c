#include "shim/translate/apparmor.h"

#include "shim/translate/body.h"

bool apparmor_add(json_t *security_opt, const struct security_profile *profile,
                  const struct engine *engine, struct err *err)
{
    if (profile->kind == PROFILE_UNSET)
        return true;
    if (profile->kind == PROFILE_UNCONFINED) {
        body_append(security_opt, body_text("apparmor=unconfined"));
        return true;
    }
    if (!engine->apparmor)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "%s asks for a profile, but Docker on this node has no AppArmor",
                       profile->field);
    /* Without an option Docker applies its own profile, and none to a privileged container. */
    if (profile->kind == PROFILE_LOCALHOST)
        body_append(security_opt, json_sprintf("apparmor=%s", profile->name));
    return true;
}
