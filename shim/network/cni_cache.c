#include "shim/network/cni_cache.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "shim/base/base64.h"
#include "shim/base/file.h"
#include "shim/network/cni_config.h"

enum { CACHE_FILE_MAX = 4 << 20 };

/* The network that the incumbent made up for the loopback interface; it needs no undoing. */
#define LOOPBACK_NETWORK "cni-loopback"

static const char *directory(struct arena *arena, const char *cache_directory)
{
    return arena_printf(arena, "%s/results", cache_directory);
}

static const char *file_path(struct arena *arena, const char *cache_directory, const char *network,
                             const struct cni_attachment *attachment)
{
    return arena_printf(arena, "%s/%s-%s-%s", directory(arena, cache_directory), network,
                        attachment->container_id, attachment->interface);
}

/* CNI_ARGS as libcni keeps them: [["K", "V"], …]. */
static json_t *argument_pairs(const char *arguments)
{
    json_t *pairs = json_array();
    while (*arguments != '\0') {
        size_t length = strcspn(arguments, ";");
        const char *equals = memchr(arguments, '=', length);
        if (equals != NULL)
            (void)json_array_append_new(
                pairs, json_pack("[s%, s%]", arguments, (size_t)(equals - arguments), equals + 1,
                                 length - (size_t)(equals + 1 - arguments)));
        arguments += length + (arguments[length] != '\0');
    }
    return pairs;
}

bool cni_cache_write(struct arena *arena, const char *cache_directory,
                     const struct cni_attachment *attachment, const json_t *result, struct err *err)
{
    const char *network = cni_config_name(attachment->list);
    char *config = json_dumps(attachment->list, JSON_COMPACT);
    arena_defer(arena, free, config);
    json_t *document =
        arena_json(arena, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:o, s:O, s:O}", "kind",
                                    "cniCacheV1", "containerId", attachment->container_id, "config",
                                    base64_encode(arena, config, strlen(config)), "ifName",
                                    attachment->interface, "networkName", network, "netns",
                                    attachment->netns[0] != '\0' ? attachment->netns : NULL,
                                    "cniArgs", argument_pairs(attachment->arguments),
                                    "capabilityArgs", attachment->capabilities, "result", result));
    char *text = json_dumps(document, JSON_COMPACT);
    if (text == NULL)
        return err_set(err, CODE_INTERNAL, "CNI result of %s cannot be written as JSON",
                       attachment->container_id);
    arena_defer(arena, free, text);
    return (file_make_directories(directory(arena, cache_directory), 0700, err) &&
            file_write_volatile(file_path(arena, cache_directory, network, attachment), text,
                                strlen(text), 0600, err)) ||
           err_wrap(err, "CNI result cache");
}

bool cni_cache_remove(struct arena *arena, const char *cache_directory,
                      const struct cni_attachment *attachment, struct err *err)
{
    const char *path =
        file_path(arena, cache_directory, cni_config_name(attachment->list), attachment);
    return (file_remove(path, err) && file_remove(arena_printf(arena, "%s.tmp", path), err) &&
            file_remove(file_path(arena, cache_directory, LOOPBACK_NETWORK, attachment), err)) ||
           err_wrap(err, "CNI result cache");
}

/* "<network>-<container id>-<interface>" */
static bool names_attachment(const char *name, const char *ending)
{
    size_t length = strlen(name), wanted = strlen(ending);
    return length > wanted && strcmp(name + length - wanted, ending) == 0 &&
           strncmp(name, LOOPBACK_NETWORK "-", strlen(LOOPBACK_NETWORK "-")) != 0;
}

static const char *find_file(struct arena *arena, const char *cache_directory, const char *ending)
{
    const char *folder = directory(arena, cache_directory);
    DIR *files = opendir(folder);
    if (files == NULL)
        return NULL;
    const char *path = NULL;
    for (const struct dirent *entry; path == NULL && (entry = readdir(files)) != NULL;)
        if (names_attachment(entry->d_name, ending))
            path = arena_printf(arena, "%s/%s", folder, entry->d_name);
    (void)closedir(files); /* it was only read */
    return path;
}

static const char *joined_arguments(struct arena *arena, const json_t *pairs)
{
    const char *text = "";
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        const char *key = json_string_value(json_array_get(pair, 0));
        const char *value = json_string_value(json_array_get(pair, 1));
        if (key != NULL && value != NULL)
            text = arena_printf(arena, "%s%s%s=%s", text, text[0] != '\0' ? ";" : "", key, value);
    }
    return text;
}

/* The cached configuration is the file that ADD used: a list or a single plugin's. */
static bool parse_config(struct arena *arena, const json_t *document, const json_t **ret_list,
                         struct err *err)
{
    const char *encoded = json_string_value(json_object_get(document, "config"));
    char *text;
    size_t length;
    json_t *list;
    if (encoded == NULL || !base64_decode(arena, encoded, &text, &length))
        return err_set(err, CODE_DATA_LOSS, "its config is not base64");
    json_auto_t *probe = json_loadb(text, length, 0, NULL);
    bool single = json_object_get(probe, "plugins") == NULL;
    if (!cni_config_parse(text, length, single, &list, err))
        return false;
    *ret_list = arena_json(arena, list);
    return cni_config_complete(list, err);
}

bool cni_cache_find(struct arena *arena, const char *cache_directory, const char *container_id,
                    const char *interface, struct cni_attachment *ret_attachment,
                    json_t **ret_result, struct err *err)
{
    const char *ending = arena_printf(arena, "-%s-%s", container_id, interface);
    const char *path = find_file(arena, cache_directory, ending);
    if (path == NULL)
        return err_set(err, CODE_NOT_FOUND, "no CNI result is cached for %s", container_id);
    char *text;
    size_t length;
    if (!file_read(arena, path, CACHE_FILE_MAX, &text, &length, err))
        return false;
    json_t *document = arena_json(arena, json_loadb(text, length, 0, NULL));
    const json_t *list = NULL;
    if (!parse_config(arena, document, &list, err))
        return err_wrap(err, "CNI result cache %s", path);
    json_t *capabilities = json_object_get(document, "capabilityArgs");
    json_t *result = json_object_get(document, "result");
    *ret_attachment = (struct cni_attachment){
        .list = list,
        .container_id = container_id,
        .interface = interface,
        .netns = "",
        .arguments = joined_arguments(arena, json_object_get(document, "cniArgs")),
        .capabilities =
            json_is_object(capabilities) ? capabilities : arena_json(arena, json_object()),
    };
    *ret_result = json_is_object(result) ? result : NULL;
    return true;
}
