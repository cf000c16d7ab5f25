#include "shim/translate/security.h"

#include "shim/translate/apparmor.h"
#include "shim/translate/body.h"

#define CONTEXT "config.linux.security_context."

static bool parse_apparmor(const Cri__SecurityProfile *current, const char *deprecated,
                           struct security_profile *ret_profile, struct err *err)
{
    const struct security_profile_fields fields = {
        .current = current,
        .deprecated = deprecated,
        .current_field = CONTEXT "apparmor",
        .deprecated_field = CONTEXT "apparmor_profile",
    };
    if (!security_profile_parse(&fields, ret_profile, err))
        return false;
    /* CRI: as a text, the default is the same as no profile, so nothing is demanded. */
    if (current == NULL && ret_profile->kind == PROFILE_RUNTIME_DEFAULT)
        ret_profile->kind = PROFILE_UNSET;
    return true;
}

static bool parse_seccomp(const Cri__SecurityProfile *current, const char *deprecated,
                          struct security_profile *ret_profile, struct err *err)
{
    const struct security_profile_fields fields = {
        .current = current,
        .deprecated = deprecated,
        .current_field = CONTEXT "seccomp",
        .deprecated_field = CONTEXT "seccomp_profile_path",
    };
    return security_profile_parse(&fields, ret_profile, err);
}

bool security_parse_sandbox(const Cri__LinuxSandboxSecurityContext *context,
                            struct security *ret_security, struct err *err)
{
    /* The pause process needs no privilege at all, whatever the pod's containers may do. */
    *ret_security = (struct security){.no_new_privs = true};
    if (context == NULL)
        return true;
    ret_security->selinux = context->selinux_options;
    if (!parse_apparmor(context->apparmor, "", &ret_security->apparmor, err) ||
        !parse_seccomp(context->seccomp, context->seccomp_profile_path,
                       &ret_security->seccomp.profile, err))
        return false;
    /* The kubelet asks for the default on every sandbox. That is what Docker does unasked, and on a
     * kernel without seccomp no pod could start if it were a demand. */
    if (ret_security->seccomp.profile.kind == PROFILE_RUNTIME_DEFAULT)
        ret_security->seccomp.profile.kind = PROFILE_UNSET;
    return true;
}

bool security_parse_container(const Cri__LinuxContainerSecurityContext *context,
                              struct security *ret_security, struct err *err)
{
    *ret_security = (struct security){.no_new_privs = false};
    if (context == NULL)
        return true;
    ret_security->selinux = context->selinux_options;
    ret_security->no_new_privs = context->no_new_privs;
    ret_security->seccomp.privileged = context->privileged;
    ret_security->seccomp.unset_is_none = true;
    return parse_apparmor(context->apparmor, context->apparmor_profile, &ret_security->apparmor,
                          err) &&
           parse_seccomp(context->seccomp, context->seccomp_profile_path,
                         &ret_security->seccomp.profile, err);
}

static void add_selinux(json_t *security_opt, const Cri__SELinuxOption *selinux)
{
    if (selinux == NULL)
        return;
    const char *const parts[][2] = {
        {"user", selinux->user},
        {"role", selinux->role},
        {"type", selinux->type},
        {"level", selinux->level},
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i][1][0] != '\0')
            body_append(security_opt, json_sprintf("label=%s:%s", parts[i][0], parts[i][1]));
}

bool security_add(json_t *host_config, const struct security *security, const struct engine *engine,
                  struct err *err)
{
    json_t *security_opt = body_array_at(host_config, "SecurityOpt");
    add_selinux(security_opt, security->selinux);
    if (!apparmor_add(security_opt, &security->apparmor, engine, err))
        return false;
    if (security->no_new_privs)
        body_append(security_opt, body_text("no-new-privileges"));
    return seccomp_add(security_opt, &security->seccomp, engine, err);
}
