#include "shim/translate/docker_config.h"

#include <string.h>

#include "shim/translate/auth.h"
#include "shim/translate/json.h"

static const char hub[] = "docker.io";

/* The part of an entry's key that names registry and repository: without scheme, without the API's
 * version ("https://index.docker.io/v1/"), without a slash at the end. */
static size_t significant(const char **key)
{
    const char *scheme = strstr(*key, "://");
    if (scheme != NULL)
        *key = scheme + 3;
    size_t length = strlen(*key);
    while (length > 0 && (*key)[length - 1] == '/')
        length--;
    if (length > 3 && (*key)[length - 3] == '/' && (*key)[length - 2] == 'v' &&
        ((*key)[length - 1] == '1' || (*key)[length - 1] == '2'))
        length -= 3;
    return length;
}

/* Docker Hub goes by several names. */
static bool is_domain(const char *text, size_t length, const char *domain)
{
    static const char *const hub_names[] = {hub, "index.docker.io", "registry-1.docker.io"};
    if (strcmp(domain, hub) != 0)
        return strlen(domain) == length && strncmp(text, domain, length) == 0;
    for (size_t i = 0; i < sizeof(hub_names) / sizeof(hub_names[0]); i++)
        if (strlen(hub_names[i]) == length && strncmp(text, hub_names[i], length) == 0)
            return true;
    return false;
}

/* How well a key fits: 0 not at all, 1 by its registry, more by the folders that it names too. */
static size_t fit(const char *key, const struct reference *reference)
{
    size_t length = significant(&key);
    size_t host = strcspn(key, "/");
    if (host > length)
        host = length;
    if (!is_domain(key, host, reference->domain))
        return 0;
    if (host == length)
        return 1;
    const char *folders = key + host + 1;
    length -= host + 1;
    bool fits = strncmp(reference->path, folders, length) == 0 &&
                (reference->path[length] == '/' || reference->path[length] == '\0');
    return fits ? 1 + length : 0;
}

/* The entry of an object whose key fits best, NULL if none does. */
static const json_t *best_entry(json_t *entries, const struct reference *reference,
                                const char **ret_key)
{
    const json_t *best = NULL;
    size_t best_fit = 0;
    const char *key;
    json_t *entry;
    json_object_foreach (entries, key, entry) {
        size_t candidate = fit(key, reference);
        if (candidate <= best_fit)
            continue;
        best_fit = candidate;
        best = entry;
        *ret_key = key;
    }
    return best;
}

bool docker_config_auth(struct arena *arena, const json_t *config,
                        const struct reference *reference, json_t **ret_auth, struct err *err)
{
    const char *key = "";
    const json_t *entry = best_entry(json_at(config, "auths"), reference, &key);
    Cri__AuthConfig auth = CRI__AUTH_CONFIG__INIT;
    auth.username = json_text_at(entry, "username");
    auth.password = json_text_at(entry, "password");
    auth.auth = json_text_at(entry, "auth");
    auth.identity_token = json_text_at(entry, "identitytoken");
    auth.registry_token = json_text_at(entry, "registrytoken");
    return translate_auth(arena, &auth, reference->domain, ret_auth, err) ||
           err_wrap(err, "credentials of %s", key);
}

const char *docker_config_helper(const json_t *config, const struct reference *reference)
{
    const char *key = "";
    const json_t *helper = best_entry(json_at(config, "credHelpers"), reference, &key);
    const char *name =
        helper != NULL ? json_string_value(helper) : json_text_at(config, "credsStore");
    return name != NULL && name[0] != '\0' ? name : NULL;
}
