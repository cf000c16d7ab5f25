#include "shim/network/cni_config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/base/file.h"

enum { CONFIG_MAX = 1 << 20 };

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

/* Without a look at whether there are plugins: they may stand in other files. */
static bool parse(const char *text, size_t length, bool single, json_t **ret_list, struct err *err)
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

static bool check_any_plugin(const json_t *list, struct err *err)
{
    return json_array_size(json_object_get(list, "plugins")) > 0 ||
           err_set(err, CODE_FAILED_PRECONDITION, "plugins is no list with an element");
}

bool cni_config_parse(const char *text, size_t length, bool single, json_t **ret_list,
                      struct err *err)
{
    json_auto_t *list = NULL;
    if (!parse(text, length, single, &list, err) || !check_any_plugin(list, err))
        return false;
    *ret_list = json_incref(list);
    return true;
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

bool cni_config_installed(const json_t *list, const char *plugin_directories, struct err *err)
{
    const json_t *plugins = json_object_get(list, "plugins");
    struct arena *arena = arena_create();
    bool ok = true;
    for (size_t i = 0; ok && i < json_array_size(plugins); i++) {
        const char *type = text_at(json_array_get(plugins, i), "type");
        ok = cni_plugin_find(arena, plugin_directories, type) != NULL ||
             err_set(err, CODE_FAILED_PRECONDITION, "no CNI plugin %s in %s", type,
                     plugin_directories);
    }
    arena_destroy(arena);
    return ok;
}

static bool has_ending(const char *name, const char *ending)
{
    size_t length = strlen(name), wanted = strlen(ending);
    return length >= wanted && strcmp(name + length - wanted, ending) == 0;
}

static int is_config(const struct dirent *entry)
{
    return has_ending(entry->d_name, ".conf") || has_ending(entry->d_name, ".conflist") ||
           has_ending(entry->d_name, ".json");
}

static int is_plugin_config(const struct dirent *entry)
{
    return has_ending(entry->d_name, ".conf");
}

/* By bytes: alphasort would follow the locale. */
static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

/* The paths in order, arena; false with errno. */
static bool list_files(struct arena *arena, const char *directory,
                       int (*filter)(const struct dirent *entry), const char ***ret_paths,
                       size_t *ret_count)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, filter, by_name);
    if (count < 0)
        return false;
    const char **paths = arena_array(arena, (size_t)count, sizeof(*paths));
    size_t kept = 0;
    for (int i = 0; i < count; i++) {
        struct stat status;
        paths[kept] = arena_printf(arena, "%s/%s", directory, entries[i]->d_name);
        kept += stat(paths[kept], &status) != 0 || !S_ISDIR(status.st_mode);
        free(entries[i]);
    }
    free(entries);
    *ret_paths = paths;
    *ret_count = kept;
    return true;
}

/* CNI 1.1: plugins of a list may stand in files of their own. */
static bool add_siblings(struct arena *arena, const char *directory, json_t *list, struct err *err)
{
    const char *folder = arena_printf(arena, "%s/%s", directory, cni_config_name(list)), **paths;
    size_t count;
    if (cni_config_flag(list, "loadOnlyInlinedPlugins") ||
        !list_files(arena, folder, is_plugin_config, &paths, &count))
        return true;
    json_t *plugins = json_array();
    (void)json_array_extend(plugins, json_object_get(list, "plugins"));
    (void)json_object_set_new(list, "plugins", plugins);
    for (size_t i = 0; i < count; i++) {
        char *text;
        size_t length;
        json_t *plugin;
        if (!file_read(arena, paths[i], CONFIG_MAX, &text, &length, err))
            return false;
        if (!parse_object(text, length, &plugin, err))
            return err_wrap(err, "%s", paths[i]);
        (void)json_array_append_new(plugins, plugin);
    }
    return check_plugins(list, err);
}

static bool load_list(struct arena *arena, const char *directory, const char *path,
                      const char *plugin_directories, json_t **ret_list, struct err *err)
{
    bool single = !has_ending(path, ".conflist");
    char *text;
    size_t length;
    json_t *list;
    if (!file_read(arena, path, CONFIG_MAX, &text, &length, err) ||
        !parse(text, length, single, &list, err))
        return false;
    (void)arena_json(arena, list);
    if ((!single && !add_siblings(arena, directory, list, err)) || !check_any_plugin(list, err) ||
        !cni_config_installed(list, plugin_directories, err))
        return false;
    *ret_list = json_incref(list);
    return true;
}

static bool load_first(struct arena *arena, const char *directory, const char *plugin_directories,
                       json_t **ret_list, struct err *err)
{
    const char **paths;
    size_t count;
    if (!list_files(arena, directory, is_config, &paths, &count)) {
        (void)err_errno(err, errno, "CNI configuration directory %s", directory);
        err->code = CODE_FAILED_PRECONDITION;
        return false;
    }
    if (count == 0)
        return err_set(err, CODE_FAILED_PRECONDITION, "no CNI configuration in %s", directory);
    for (size_t i = 0; i < count; i++) {
        struct err failure = ERR_INIT;
        if (load_list(arena, directory, paths[i], plugin_directories, ret_list, &failure))
            return true;
        if (i == 0) /* the first file is the one that was meant */
            (void)err_set(err, CODE_FAILED_PRECONDITION, "CNI configuration %s: %s", paths[i],
                          failure.text);
    }
    return false;
}

bool cni_config_load(const char *directory, const char *plugin_directories, json_t **ret_list,
                     struct err *err)
{
    struct arena *arena = arena_create();
    bool ok = load_first(arena, directory, plugin_directories, ret_list, err);
    arena_destroy(arena);
    return ok;
}
