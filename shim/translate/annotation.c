#include "shim/translate/annotation.h"

#include <string.h>

#include "shim/translate/body.h"
#include "shim/translate/label.h"

/* Properties of the container's systemd unit, crun's hooks and handlers, CRIU's configuration file;
 * and Docker refuses an annotation without a name. */
static bool is_withheld(const char *key)
{
    static const char *const prefixes[] = {"org.systemd.property.", "run.oci.", "org.criu."};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (strncmp(key, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return key[0] == '\0';
}

void annotation_set(json_t *host_config, const void *annotations, size_t count,
                    const struct engine *engine)
{
    enum { API_ANNOTATIONS = 143 };
    const struct label_entry *const *entry = annotations;
    if (engine->api_version < API_ANNOTATIONS)
        return;
    for (size_t i = 0; i < count; i++)
        if (!is_withheld(entry[i]->key))
            body_set(body_object_at(host_config, "Annotations"), entry[i]->key,
                     body_text(entry[i]->value));
}
