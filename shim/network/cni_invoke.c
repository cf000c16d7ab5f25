#include "shim/network/cni_invoke.h"

#include <string.h>

#include "shim/base/clock.h"
#include "shim/network/cni_config.h"
#include "shim/network/cni_plugin.h"

/* "Any capability supported by the plugin configuration and provided by the runtime should be
 * inserted." */
static void add_runtime_config(json_t *config, const json_t *capabilities)
{
    json_t *runtime_config = json_object();
    const char *capability;
    json_t *declared;
    json_object_foreach (json_object_get(config, "capabilities"), capability, declared) {
        json_t *value = json_object_get(capabilities, capability);
        if (json_is_true(declared) && value != NULL)
            (void)json_object_set(runtime_config, capability, value);
    }
    (void)json_object_del(config, "capabilities");
    if (json_object_size(runtime_config) > 0)
        (void)json_object_set(config, "runtimeConfig", runtime_config);
    json_decref(runtime_config);
}

/* The plugin's part of the list, completed with what the runtime adds; the arena's. */
static json_t *plugin_config(struct arena *arena, const json_t *list, size_t index,
                             const json_t *capabilities)
{
    json_t *plugin = json_array_get(json_object_get(list, "plugins"), index);
    json_t *config = arena_json(arena, json_copy(plugin)); /* shallow: the original stays */
    (void)json_object_set_new(config, "name", json_string(cni_config_name(list)));
    (void)json_object_set_new(config, "cniVersion", json_string(cni_config_version(list)));
    add_runtime_config(config, capabilities);
    return config;
}

static size_t plugin_count(const json_t *list)
{
    return json_array_size(json_object_get(list, "plugins"));
}

/* One plugin of the chain, by its completed configuration. */
static bool invoke(struct scope *scope, const struct cni_attachment *attachment,
                   const char *command, const json_t *config, int64_t deadline_ns,
                   json_t **ret_output, struct err *err)
{
    const struct cni_plugin_run run = {
        .command = command,
        .type = json_string_value(json_object_get(config, "type")),
        .directories = attachment->plugin_directories,
        .container_id = attachment->container_id,
        .netns = attachment->netns,
        .interface = attachment->interface,
        .arguments = attachment->arguments,
        .config = config,
        .wants_result = strcmp(command, "ADD") == 0,
        .timeout_ns = deadline_ns - clock_mono_ns(),
    };
    return cni_plugin_run(scope, &run, ret_output, err);
}

/* A result without a version is of the configuration's, as libcni has it. */
static json_t *with_version(struct arena *arena, const json_t *list, json_t *result)
{
    const char *version = json_string_value(json_object_get(result, "cniVersion"));
    if (version != NULL && version[0] != '\0')
        return result;
    json_t *copy = arena_json(arena, json_copy(result));
    (void)json_object_set_new(copy, "cniVersion", json_string(cni_config_version(list)));
    return copy;
}

bool cni_add(struct scope *scope, const struct cni_attachment *attachment,
             const struct cni_keeper *keeper, json_t **ret_result, struct err *err)
{
    int64_t deadline_ns = clock_mono_ns() + attachment->timeout_ns;
    json_t *result = NULL;
    for (size_t i = 0; i < plugin_count(attachment->list); i++) {
        json_t *config = plugin_config(scope->arena, attachment->list, i, attachment->capabilities);
        if (result != NULL)
            (void)json_object_set(config, "prevResult", result);
        if (!invoke(scope, attachment, "ADD", config, deadline_ns, &result, err))
            return false;
        result = with_version(scope->arena, attachment->list, result);
        if (!keeper->keep(keeper->context, result, err))
            return false;
    }
    *ret_result = result;
    return true;
}

bool cni_del(struct scope *scope, const struct cni_attachment *attachment, json_t *result,
             struct err *err)
{
    int64_t deadline_ns = clock_mono_ns() + attachment->timeout_ns;
    /* Before 0.4.0 DEL has no prevResult. */
    bool tell_result = result != NULL && cni_config_at_least(attachment->list, 0, 4);
    for (size_t i = plugin_count(attachment->list); i > 0; i--) {
        json_t *config =
            plugin_config(scope->arena, attachment->list, i - 1, attachment->capabilities);
        if (tell_result)
            (void)json_object_set(config, "prevResult", result);
        json_t *ignored;
        /* NOT_FOUND "implies the runtime does not need to perform any container network cleanup".
         */
        if (!invoke(scope, attachment, "DEL", config, deadline_ns, &ignored, err) &&
            err->code != CODE_NOT_FOUND)
            return false;
    }
    return true;
}

bool cni_check(struct scope *scope, const struct cni_attachment *attachment, json_t *result,
               struct err *err)
{
    int64_t deadline_ns = clock_mono_ns() + attachment->timeout_ns;
    if (!cni_config_at_least(attachment->list, 0, 4))
        return err_set(err, CODE_UNIMPLEMENTED, "network %s is of CNI %s, which has no CHECK",
                       cni_config_name(attachment->list), cni_config_version(attachment->list));
    if (cni_config_flag(attachment->list, "disableCheck"))
        return true;
    for (size_t i = 0; i < plugin_count(attachment->list); i++) {
        json_t *config = plugin_config(scope->arena, attachment->list, i, attachment->capabilities);
        (void)json_object_set(config, "prevResult", result);
        json_t *ignored;
        if (!invoke(scope, attachment, "CHECK", config, deadline_ns, &ignored, err))
            return false;
    }
    return true;
}

/* A command that names no container. */
static bool ask(struct scope *scope, const struct cni_network *network, const char *command,
                size_t index, json_t *valid, int64_t deadline_ns, struct err *err)
{
    const struct cni_attachment nobody = {
        .plugin_directories = network->plugin_directories,
        .container_id = "",
        .netns = "",
        .interface = "",
        .arguments = "",
    };
    json_t *config = plugin_config(scope->arena, network->list, index, network->capabilities);
    if (valid != NULL) {
        (void)json_object_set(config, "cni.dev/valid-attachments", valid);
        /* The specification's first text had this name, and plugins were built by it. */
        (void)json_object_set(config, "cni.dev/attachments", valid);
    }
    json_t *ignored;
    return invoke(scope, &nobody, command, config, deadline_ns, &ignored, err);
}

bool cni_status(struct scope *scope, const struct cni_network *network, struct err *err)
{
    int64_t deadline_ns = clock_mono_ns() + network->timeout_ns;
    if (!cni_config_at_least(network->list, 1, 1))
        return true;
    for (size_t i = 0; i < plugin_count(network->list); i++)
        if (!ask(scope, network, "STATUS", i, NULL, deadline_ns, err))
            return false;
    return true;
}

bool cni_gc(struct scope *scope, const struct cni_network *network, json_t *valid, struct err *err)
{
    int64_t deadline_ns = clock_mono_ns() + network->timeout_ns;
    bool ok = true;
    if (!cni_config_at_least(network->list, 1, 1) || cni_config_flag(network->list, "disableGC"))
        return true;
    for (size_t i = 0; i < plugin_count(network->list); i++)
        ok = ask(scope, network, "GC", i, valid, deadline_ns, err) && ok;
    return ok;
}
