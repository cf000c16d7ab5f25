#include "shim/translate/seccomp.h"

#include <string.h>

#include "shim/translate/body.h"

static const char UNCONFINED[] = "seccomp=unconfined";

static bool is_action(const char *text)
{
    static const char *const actions[] = {
        "SCMP_ACT_KILL",  "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
        "SCMP_ACT_TRAP",  "SCMP_ACT_ERRNO",        "SCMP_ACT_TRACE",
        "SCMP_ACT_ALLOW", "SCMP_ACT_LOG",          "SCMP_ACT_NOTIFY",
    };
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (text != NULL && strcmp(text, actions[i]) == 0)
            return true;
    return false;
}

/* Arguments of rules may be any 64-bit number, which jansson's integers cannot hold. */
static bool check_text(const struct security_profile *profile, const char *text, struct err *err)
{
    json_error_t json_err;
    json_auto_t *document = json_loads(text, JSON_DECODE_INT_AS_REAL, &json_err);
    if (document == NULL)
        return err_set(err, CODE_FAILED_PRECONDITION, "seccomp profile %s, line %d: %s",
                       profile->name, json_err.line, json_err.text);
    const char *action = json_string_value(json_object_get(document, "defaultAction"));
    return is_action(action) ||
           err_set(err, CODE_FAILED_PRECONDITION,
                   "seccomp profile %s: it is no profile, it has no known defaultAction",
                   profile->name);
}

static bool add_localhost(json_t *security_opt, const struct seccomp *in, struct err *err)
{
    if (in->text == NULL)
        return err_set(err, CODE_INTERNAL, "seccomp profile %s was not read", in->profile.name);
    if (!check_text(&in->profile, in->text, err))
        return false;
    body_append(security_opt, json_sprintf("seccomp=%s", in->text));
    return true;
}

bool seccomp_add(json_t *security_opt, const struct seccomp *in, const struct engine *engine,
                 struct err *err)
{
    enum profile_kind kind = in->profile.kind;
    if (in->privileged || kind == PROFILE_UNCONFINED ||
        (kind == PROFILE_UNSET && in->unset_is_none)) {
        body_append(security_opt, body_text(UNCONFINED));
        return true;
    }
    if (kind == PROFILE_UNSET)
        return true;
    if (!engine->seccomp)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "%s asks for a profile, but Docker on this node has no seccomp",
                       in->profile.field);
    return kind == PROFILE_RUNTIME_DEFAULT || add_localhost(security_opt, in, err);
}
