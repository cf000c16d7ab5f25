#include "shim/inventory/node_credentials.h"

#include <stdlib.h>

#include "shim/base/file.h"
#include "shim/base/log.h"
#include "shim/translate/docker_config.h"

enum { FILE_LIMIT_BYTES = 1024 * 1024 };

/* NULL if there is no such file, or none that can be used. */
static json_t *load(struct arena *arena, const char *path)
{
    char *bytes;
    size_t length;
    struct err err = ERR_INIT;
    if (!file_read(arena, path, FILE_LIMIT_BYTES, &bytes, &length, &err)) {
        if (err.code != CODE_NOT_FOUND)
            log_warn("registry credentials are not used: %s", err.text);
        return NULL;
    }
    json_error_t error;
    json_t *config = arena_json(arena, json_loadb(bytes, length, 0, &error));
    if (config == NULL)
        log_warn("registry credentials in %s are not used: line %d is not JSON", path, error.line);
    return config;
}

static json_t *from_file(struct arena *arena, const char *path, const struct reference *reference)
{
    json_t *config = load(arena, path), *auth;
    struct err err = ERR_INIT;
    if (config == NULL)
        return NULL;
    if (!docker_config_auth(arena, config, reference, &auth, &err)) {
        log_warn("registry credentials in %s are not used: %s", path, err.text);
        return NULL;
    }
    const char *helper = docker_config_helper(config, reference);
    if (auth == NULL && helper != NULL)
        log_warn("%s leaves the credentials of %s to the helper %s, which is not run; put them "
                 "under \"auths\" in /var/lib/kubelet/config.json, or pull the pause image by hand",
                 path, reference->domain, helper);
    return auth;
}

json_t *node_credentials(struct arena *arena, const struct reference *reference)
{
    const char *own = getenv("DOCKER_CONFIG");
    const char *const paths[] = {
        own != NULL && own[0] != '\0' ? arena_printf(arena, "%s/config.json", own) : NULL,
        "/root/.docker/config.json",
        "/var/lib/kubelet/config.json",
    };
    json_t *auth = NULL;
    for (size_t i = 0; auth == NULL && i < sizeof(paths) / sizeof(paths[0]); i++)
        if (paths[i] != NULL)
            auth = from_file(arena, paths[i], reference);
    return auth;
}
