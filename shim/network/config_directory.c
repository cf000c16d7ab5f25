#include "shim/network/config_directory.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "shim/base/file.h"
#include "shim/network/cni_config.h"
#include "shim/network/cni_plugin.h"

enum { CONFIG_MAX = 1 << 20 };

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
    for (size_t i = 0; i < count; i++) {
        char *text;
        size_t length;
        if (!file_read(arena, paths[i], CONFIG_MAX, &text, &length, err))
            return false;
        if (!cni_config_add_plugin(list, text, length, err))
            return err_wrap(err, "%s", paths[i]);
    }
    return true;
}

static bool load_list(struct arena *arena, const char *directory, const char *path,
                      const char *plugin_directories, json_t **ret_list, struct err *err)
{
    bool single = !has_ending(path, ".conflist");
    char *text;
    size_t length;
    json_t *list;
    if (!file_read(arena, path, CONFIG_MAX, &text, &length, err) ||
        !cni_config_parse(text, length, single, &list, err))
        return false;
    (void)arena_json(arena, list);
    if ((!single && !add_siblings(arena, directory, list, err)) ||
        !cni_config_complete(list, err) || !cni_plugins_installed(list, plugin_directories, err))
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

bool config_directory_load(const char *directory, const char *plugin_directories, json_t **ret_list,
                           struct err *err)
{
    struct arena *arena = arena_create();
    bool ok = load_first(arena, directory, plugin_directories, ret_list, err);
    arena_destroy(arena);
    return ok;
}
