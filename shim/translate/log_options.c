#include "shim/translate/log_options.h"

#include "shim/translate/body.h"
#include "shim/translate/path.h"

void log_options_set_sandbox(json_t *host_config)
{
    /* An engine whose default is a log server would not start a pod while that is away. */
    body_set(body_object_at(host_config, "LogConfig"), "Type", body_text("json-file"));
}

void log_options_set(json_t *host_config)
{
    /* Docker fills what is not said here from its own defaults for the driver, which may well
     * rotate the file or drop lines. It takes no word for "unlimited": 8191p is as good. */
    static const char *const options[][2] = {
        {"mode", "blocking"},
        {"max-size", "8191p"},
        {"max-file", "1"},
        {"compress", "false"},
    };
    log_options_set_sandbox(host_config);
    json_t *config = body_object_at(body_object_at(host_config, "LogConfig"), "Config");
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        body_set(config, options[i][0], body_text(options[i][1]));
}

bool log_path_join(struct arena *arena, const char *directory, const char *path,
                   const char **ret_path, struct err *err)
{
    *ret_path = "";
    if (directory[0] != '\0' && !path_is_absolute(directory))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "sandbox_config.log_directory \"%s\" is not absolute", directory);
    if (path[0] != '\0' && !path_is_local(path))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.log_path \"%s\" leads out of the pod's log directory", path);
    if (directory[0] != '\0' && path[0] != '\0')
        *ret_path = path_clean(arena, arena_printf(arena, "%s/%s", directory, path));
    return true;
}
