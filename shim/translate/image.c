#include "shim/translate/image.h"

#include <stdlib.h>
#include <string.h>

#include "shim/base/utf8.h"
#include "shim/translate/json.h"

const char *image_id(const json_t *image)
{
    return json_id(image);
}

/* The texts of an array, without placeholders and, where tags are wanted, without digests. */
static const char **names(struct arena *arena, const json_t *array, bool tags)
{
    const char **list = arena_array(arena, json_array_size(array) + 1, sizeof(*list));
    size_t count = 0, index;
    const json_t *item;
    json_array_foreach (array, index, item) {
        const char *name = json_string_value(item);
        if (name != NULL && strstr(name, "<none>") == NULL && !(tags && strchr(name, '@') != NULL))
            list[count++] = utf8_clean(arena, name);
    }
    return list;
}

const char **image_tags(struct arena *arena, const json_t *image)
{
    return names(arena, json_at(image, "RepoTags"), true);
}

const char **image_digests(struct arena *arena, const json_t *image)
{
    return names(arena, json_at(image, "RepoDigests"), false);
}

static size_t count_names(const char **list)
{
    size_t count = 0;
    while (list[count] != NULL)
        count++;
    return count;
}

void translate_image(struct arena *arena, const json_t *image, Cri__Image *out)
{
    int64_t size = json_int_at(image, "Size");
    out->id = utf8_clean(arena, image_id(image));
    out->repo_tags = image_tags(arena, image);
    out->n_repo_tags = count_names(out->repo_tags);
    out->size = size > 0 ? (uint64_t)size : 0;
    translate_image_user(arena, image, out);
}

/* "UID and the following user name are mutually exclusive." The group after the colon is not CRI's.
 */
static void translate_user(struct arena *arena, const json_t *inspect, Cri__Image *out)
{
    const char *user = json_clean_at(arena, inspect, "Config.User");
    const char *name = arena_strndup(arena, user, strcspn(user, ":"));
    size_t length = strlen(name);
    if (length == 0)
        return;
    enum { INT64_DIGITS = 18 }; /* what always fits; no kernel has larger ids */
    if (length > INT64_DIGITS || strspn(name, "0123456789") != length) {
        out->username = name;
        return;
    }
    out->uid = arena_alloc(arena, sizeof(*out->uid));
    cri__int64_value__init(out->uid);
    out->uid->value = strtoll(name, NULL, 10);
}

void translate_image_user(struct arena *arena, const json_t *inspect, Cri__Image *out)
{
    out->repo_digests = image_digests(arena, inspect);
    out->n_repo_digests = count_names(out->repo_digests);
    translate_user(arena, inspect, out);
}

uint64_t image_layers_size(const json_t *disk_usage)
{
    int64_t size = json_int_at(disk_usage, "LayersSize");
    if (size <= 0) /* engines from API 1.52 on */
        size = json_int_at(disk_usage, "ImageUsage.TotalSize");
    return size > 0 ? (uint64_t)size : 0;
}
