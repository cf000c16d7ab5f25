#include "shim/translate/capability.h"

#include <string.h>
#include <strings.h>

#include "shim/translate/body.h"

/* Docker takes names in any case, with "CAP_" in front or not. */
static bool is_same(const char *a, const char *b)
{
    static const char prefix[] = "CAP_";
    size_t length = strlen(prefix);
    a += strncasecmp(a, prefix, length) == 0 ? length : 0;
    b += strncasecmp(b, prefix, length) == 0 ? length : 0;
    return strcasecmp(a, b) == 0;
}

static bool is_dropped(const Cri__Capability *capabilities, const char *name)
{
    for (size_t i = 0; i < capabilities->n_drop_capabilities; i++)
        if (is_same(capabilities->drop_capabilities[i], name))
            return true;
    return false;
}

bool capability_set(json_t *host_config, const Cri__Capability *capabilities, struct err *err)
{
    if (capabilities == NULL)
        return true;
    if (capabilities->n_add_ambient_capabilities > 0)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "config.linux.security_context.capabilities.add_ambient_capabilities: "
                       "Docker cannot give ambient capabilities");
    for (size_t i = 0; i < capabilities->n_add_capabilities; i++) {
        const char *name = capabilities->add_capabilities[i];
        if (!is_dropped(capabilities, name))
            body_append(body_array_at(host_config, "CapAdd"), body_text(name));
    }
    if (capabilities->n_drop_capabilities > 0)
        body_set(host_config, "CapDrop",
                 body_texts(capabilities->drop_capabilities, capabilities->n_drop_capabilities));
    return true;
}
