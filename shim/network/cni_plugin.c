#include "shim/network/cni_plugin.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/base/run.h"
#include "shim/base/utf8.h"

enum {
    OUTPUT_MAX = 1 << 20,
    WORDS_MAX = 1024,         /* of what a plugin says that speaks no CNI */
    CNI_CONTAINER_UNKNOWN = 3 /* CNI's error codes */
};

static bool is_for_plugins(const char *variable)
{
    static const char *const ours[] = {"CNI_", "LISTEN_", "NOTIFY_SOCKET=", "WATCHDOG_"};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (strncmp(variable, ours[i], strlen(ours[i])) == 0)
            return false;
    return true;
}

/* Colons between directories, whatever the flag used. */
static const char *search_path(struct arena *arena, const char *directories)
{
    char *path = arena_printf(arena, "CNI_PATH=%s", directories);
    for (char *at = path; *at != '\0'; at++)
        if (*at == ',')
            *at = ':';
    return path;
}

static const char *const *environment(struct arena *arena, const struct cni_plugin_run *run)
{
    const char *const added[] = {
        arena_printf(arena, "CNI_COMMAND=%s", run->command),
        arena_printf(arena, "CNI_CONTAINERID=%s", run->container_id),
        arena_printf(arena, "CNI_NETNS=%s", run->netns),
        arena_printf(arena, "CNI_IFNAME=%s", run->interface),
        arena_printf(arena, "CNI_ARGS=%s", run->arguments),
        search_path(arena, run->directories),
    };
    size_t count = 0, added_count = sizeof(added) / sizeof(added[0]);
    while (environ[count] != NULL)
        count++;
    const char **list = arena_array(arena, count + added_count + 1, sizeof(*list)), **end = list;
    for (size_t i = 0; i < count; i++)
        if (is_for_plugins(environ[i]))
            *end++ = environ[i];
    memcpy(end, added, sizeof(added));
    return list;
}

/* At most WORDS_MAX bytes of what a plugin wrote, on one line. */
static const char *words(struct arena *arena, const char *text)
{
    char *copy = arena_strndup(arena, text, strnlen(text, WORDS_MAX));
    utf8_cut(copy);
    for (char *at = copy; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = ' ';
    for (size_t length = strlen(copy); length > 0 && copy[length - 1] == ' ';)
        copy[--length] = '\0';
    return utf8_clean(arena, copy);
}

static const char *all_words(struct arena *arena, const struct run_result *result)
{
    const char *output = words(arena, result->output), *error = words(arena, result->error_output);
    return arena_printf(arena, "%s%s%s", output, output[0] != '\0' && error[0] != '\0' ? "; " : "",
                        error);
}

/* CNI's error document is {"code", "msg", "details"}; what is none is told as it came. */
static bool plugin_failed(struct arena *arena, const struct cni_plugin_run *run,
                          const struct run_result *result, struct err *err)
{
    json_auto_t *document = json_loadb(result->output, result->output_length, 0, NULL);
    const char *message = json_string_value(json_object_get(document, "msg"));
    const char *details = json_string_value(json_object_get(document, "details"));
    json_int_t number = json_integer_value(json_object_get(document, "code"));
    enum code code = number == CNI_CONTAINER_UNKNOWN ? CODE_NOT_FOUND : CODE_UNKNOWN;
    if (message != NULL && details != NULL && details[0] != '\0')
        return err_set(err, code, "CNI plugin %s failed to %s: %s; %s", run->type, run->command,
                       message, details);
    if (message != NULL)
        return err_set(err, code, "CNI plugin %s failed to %s: %s", run->type, run->command,
                       message);
    const char *said = all_words(arena, result);
    return err_set(err, CODE_UNKNOWN, "CNI plugin %s failed to %s with status %d%s%s", run->type,
                   run->command, result->exit_code, said[0] != '\0' ? ": " : " and without a word",
                   said);
}

const char *cni_plugin_find(struct arena *arena, const char *directories, const char *type)
{
    for (const char *at = directories; *at != '\0';) {
        size_t length = strcspn(at, ",:");
        const char *path = arena_printf(arena, "%.*s/%s", (int)length, at, type);
        struct stat status;
        if (length > 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
            access(path, X_OK) == 0)
            return path;
        at += length + (at[length] != '\0');
    }
    return NULL;
}

bool cni_plugins_installed(const json_t *list, const char *plugin_directories, struct err *err)
{
    const json_t *plugins = json_object_get(list, "plugins");
    struct arena *arena = arena_create();
    bool ok = true;
    for (size_t i = 0; ok && i < json_array_size(plugins); i++) {
        const char *type = json_string_value(json_object_get(json_array_get(plugins, i), "type"));
        ok = cni_plugin_find(arena, plugin_directories, type) != NULL ||
             err_set(err, CODE_FAILED_PRECONDITION, "no CNI plugin %s in %s", type,
                     plugin_directories);
    }
    arena_destroy(arena);
    return ok;
}

static bool check_result(struct arena *arena, const struct cni_plugin_run *run,
                         const struct run_result *result, const json_t *document, struct err *err)
{
    if (!run->wants_result || json_is_object(document))
        return true;
    const char *said = all_words(arena, result);
    return err_set(err, CODE_UNKNOWN, "CNI plugin %s gave no result to %s%s%s", run->type,
                   run->command, said[0] != '\0' ? ": " : "", said);
}

bool cni_plugin_run(struct scope *scope, const struct cni_plugin_run *run, json_t **ret_output,
                    struct err *err)
{
    struct arena *arena = scope->arena;
    const char *path = cni_plugin_find(arena, run->directories, run->type);
    if (path == NULL)
        return err_set(err, CODE_FAILED_PRECONDITION, "no CNI plugin %s in %s", run->type,
                       run->directories);
    if (run->timeout_ns <= 0)
        return err_set(err, CODE_DEADLINE_EXCEEDED, "no time was left for CNI plugin %s to %s",
                       run->type, run->command);
    char *input = json_dumps(run->config, JSON_COMPACT);
    arena_defer(arena, free, input);
    struct run program = {
        .path = path,
        .environment = environment(arena, run),
        .input = input,
        .input_length = strlen(input),
        .timeout_ns = run->timeout_ns,
        .output_limit_bytes = OUTPUT_MAX,
    };
    struct run_result result;
    if (!run_program(scope, &program, &result, err)) {
        if (err->code == CODE_NOT_FOUND) /* the binary, or its interpreter: not the container */
            err->code = CODE_FAILED_PRECONDITION;
        return err_wrap(err, "CNI plugin %s to %s", run->type, run->command);
    }
    if (result.exit_code != 0)
        return plugin_failed(arena, run, &result, err);
    *ret_output = arena_json(arena, json_loadb(result.output, result.output_length, 0, NULL));
    return check_result(arena, run, &result, *ret_output, err);
}
