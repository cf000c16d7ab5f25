#include "shim/network/cni_config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

const char *cni_config_name(const json_t *list)
{
    return text_at(list, "name");
}

const char *cni_config_version(const json_t *list)
{
    return text_at(list, "cniVersion");
}

bool cni_config_at_least(const json_t *list, int major, int minor)
{
    int have_major = 0, have_minor = 0;
    return sscanf(cni_config_version(list), "%d.%d", &have_major, &have_minor) == 2 &&
           (have_major > major || (have_major == major && have_minor >= minor));
}

bool cni_config_flag(const json_t *list, const char *key)
{
    return json_is_true(json_object_get(list, key)) || strcasecmp(text_at(list, key), "true") == 0;
}

bool cni_config_wants(const json_t *list, const char *capability)
{
    const json_t *plugins = json_object_get(list, "plugins");
    for (size_t i = 0; i < json_array_size(plugins); i++) {
        const json_t *capabilities = json_object_get(json_array_get(plugins, i), "capabilities");
        if (json_is_true(json_object_get(capabilities, capability)))
            return true;
    }
    return false;
}

/* Names and types become parts of paths. */
static bool is_file_name(const char *name)
{
    size_t length = strlen(name);
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
               length &&
           length > 0 && length < 200 && strchr("_.-", name[0]) == NULL;
}

/* Newest first. */
static const char *const spoken_versions[] = {
    "1.1.0", "1.0.0", "0.4.0", "0.3.1", "0.3.0", "0.2.0", "0.1.0",
};

static bool offers(const json_t *list, const char *version)
{
    const json_t *offered = json_object_get(list, "cniVersions");
    for (size_t i = 0; i < json_array_size(offered); i++) {
        const char *text = json_string_value(json_array_get(offered, i));
        if (text != NULL && strcmp(text, version) == 0)
            return true;
    }
    return strcmp(cni_config_version(list), version) == 0;
}

/* "Runtimes MUST select the highest supported version from the set […] given by the cniVersion and
 * cniVersions fields." A configuration that names none is of 0.1.0. */
static bool choose_version(json_t *list, struct err *err)
{
    const json_t *version = json_object_get(list, "cniVersion");
    if (version == NULL || (json_is_string(version) && json_string_length(version) == 0))
        (void)json_object_set_new(list, "cniVersion", json_string("0.1.0"));
    for (size_t i = 0; i < sizeof(spoken_versions) / sizeof(spoken_versions[0]); i++) {
        if (!offers(list, spoken_versions[i]))
            continue;
        (void)json_object_set_new(list, "cniVersion", json_string(spoken_versions[i]));
        return true;
    }
    return err_set(err, CODE_FAILED_PRECONDITION,
                   "cniVersion \"%.32s\" is none of those spoken here, 0.1.0 to 1.1.0",
                   cni_config_version(list));
}

static bool check_plugins(const json_t *list, struct err *err)
{
    const json_t *plugins = json_object_get(list, "plugins");
    if (plugins != NULL && !json_is_array(plugins))
        return err_set(err, CODE_FAILED_PRECONDITION, "plugins is no list");
    for (size_t i = 0; i < json_array_size(plugins); i++) {
        const char *type = text_at(json_array_get(plugins, i), "type");
        if (!is_file_name(type))
            return err_set(err, CODE_FAILED_PRECONDITION,
                           "plugins[%zu].type \"%.64s\" is no plugin name", i, type);
    }
    return true;
}

static bool check(json_t *list, struct err *err)
{
    if (!choose_version(list, err))
        return false;
    if (!is_file_name(cni_config_name(list)))
        return err_set(err, CODE_FAILED_PRECONDITION, "name \"%.64s\" is no network name",
                       cni_config_name(list));
    return check_plugins(list, err);
}

/* A single plugin's configuration in list form; a new reference, NULL with the error. */
static json_t *wrap(json_t *plugin, struct err *err)
{
    if (json_object_get(plugin, "type") == NULL && json_object_get(plugin, "plugins") != NULL) {
        (void)err_set(err, CODE_FAILED_PRECONDITION,
                      "it is a list of plugins, whose file name has to end in .conflist");
        return NULL;
    }
    json_t *list =
        json_pack("{s:O*, s:O*, s:O*, s:[O]}", "cniVersion", json_object_get(plugin, "cniVersion"),
                  "cniVersions", json_object_get(plugin, "cniVersions"), "name",
                  json_object_get(plugin, "name"), "plugins", plugin);
    return list;
}

static bool parse_object(const char *text, size_t length, json_t **ret_object, struct err *err)
{
    json_error_t error;
    json_t *document = json_loadb(text, length, 0, &error);
    if (document == NULL)
        return err_set(err, CODE_FAILED_PRECONDITION, "line %d: %s", error.line, error.text);
    if (!json_is_object(document)) {
        json_decref(document);
        return err_set(err, CODE_FAILED_PRECONDITION, "it is no JSON object");
    }
    *ret_object = document;
    return true;
}

bool cni_config_parse(const char *text, size_t length, bool single, json_t **ret_list,
                      struct err *err)
{
    json_auto_t *document = NULL, *list = NULL;
    if (!parse_object(text, length, &document, err))
        return false;
    list = single ? wrap(document, err) : json_incref(document);
    if (list == NULL || !check(list, err))
        return false;
    *ret_list = json_incref(list);
    return true;
}

bool cni_config_add_plugin(json_t *list, const char *text, size_t length, struct err *err)
{
    json_t *plugin = NULL;
    if (!parse_object(text, length, &plugin, err))
        return false;
    if (json_object_get(list, "plugins") == NULL)
        (void)json_object_set_new(list, "plugins", json_array());
    (void)json_array_append_new(json_object_get(list, "plugins"), plugin);
    return check_plugins(list, err);
}

bool cni_config_complete(const json_t *list, struct err *err)
{
    return json_array_size(json_object_get(list, "plugins")) > 0 ||
           err_set(err, CODE_FAILED_PRECONDITION, "plugins is no list with an element");
}
