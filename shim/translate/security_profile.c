#include "shim/translate/security_profile.h"

#include <string.h>

static const char LOCALHOST[] = "localhost/";

static const char *without_prefix(const char *text)
{
    size_t length = strlen(LOCALHOST);
    return strncmp(text, LOCALHOST, length) == 0 ? text + length : text;
}

static bool set_localhost(const char *name, struct security_profile *profile, struct err *err)
{
    profile->kind = PROFILE_LOCALHOST;
    profile->name = without_prefix(name);
    return profile->name[0] != '\0' ||
           err_set(err, CODE_INVALID_ARGUMENT, "%s: a Localhost profile needs a name",
                   profile->field);
}

static bool parse_current(const Cri__SecurityProfile *current, struct security_profile *profile,
                          struct err *err)
{
    if (current->profile_type == CRI__SECURITY_PROFILE__PROFILE_TYPE__Localhost)
        return set_localhost(current->localhost_ref, profile, err);
    if (current->localhost_ref[0] != '\0')
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "%s.localhost_ref is for profiles of the type Localhost", profile->field);
    switch (current->profile_type) {
    case CRI__SECURITY_PROFILE__PROFILE_TYPE__RuntimeDefault:
        profile->kind = PROFILE_RUNTIME_DEFAULT;
        return true;
    case CRI__SECURITY_PROFILE__PROFILE_TYPE__Unconfined:
        profile->kind = PROFILE_UNCONFINED;
        return true;
    default:
        return err_set(err, CODE_INVALID_ARGUMENT, "%s.profile_type %d is unknown", profile->field,
                       (int)current->profile_type);
    }
}

static bool parse_deprecated(const char *text, struct security_profile *profile, struct err *err)
{
    if (text[0] == '\0')
        return true;
    if (strcmp(text, "runtime/default") == 0 || strcmp(text, "docker/default") == 0) {
        profile->kind = PROFILE_RUNTIME_DEFAULT;
        return true;
    }
    if (strcmp(text, "unconfined") == 0) {
        profile->kind = PROFILE_UNCONFINED;
        return true;
    }
    if (strncmp(text, LOCALHOST, strlen(LOCALHOST)) == 0)
        return set_localhost(text, profile, err);
    return err_set(err, CODE_INVALID_ARGUMENT, "%s \"%s\" is unknown", profile->field, text);
}

bool security_profile_parse(const struct security_profile_fields *fields,
                            struct security_profile *ret_profile, struct err *err)
{
    struct security_profile profile = {.kind = PROFILE_UNSET};
    profile.field = fields->current != NULL ? fields->current_field : fields->deprecated_field;
    bool parsed = fields->current != NULL ? parse_current(fields->current, &profile, err)
                                          : parse_deprecated(fields->deprecated, &profile, err);
    if (parsed)
        *ret_profile = profile;
    return parsed;
}
