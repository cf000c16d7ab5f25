#include "shim/translate/mount_status.h"

#include <string.h>

#include "shim/base/utf8.h"
#include "shim/translate/json.h"
#include "shim/translate/path.h"
#include "shim/translate/reference.h"

#define HEX "0123456789abcdef"

/* "source:target[:options]" */
struct bind {
    const char *source, *target, *options;
};

/* False for a named volume, whose source is no path. */
static bool bind_parse(struct arena *arena, const json_t *entry, struct bind *ret_bind)
{
    const char *text = json_is_string(entry) ? json_string_value(entry) : "";
    size_t source_length = strcspn(text, ":");
    if (text[0] != '/' || text[source_length] == '\0')
        return false;
    const char *target = text + source_length + 1;
    size_t target_length = strcspn(target, ":");
    *ret_bind = (struct bind){
        .source = arena_strndup(arena, text, source_length),
        .target = arena_strndup(arena, target, target_length),
        .options = target + target_length + (target[target_length] == ':'),
    };
    return true;
}

/* ".../resolv/<32 hex digits>", which no kubelet mounts there. */
static bool is_resolv_conf(const char *source, const char *target)
{
    enum { KEY_LENGTH = 32 };
    static const char folder[] = "/resolv/";
    const char *key = strrchr(source, '/');
    size_t length = strlen(folder);
    return key != NULL && strcmp(target, "/etc/resolv.conf") == 0 && strlen(++key) == KEY_LENGTH &&
           strspn(key, HEX) == KEY_LENGTH && (size_t)(key - source) >= length &&
           strncmp(key - length, folder, length) == 0;
}

const char *mount_resolv_conf(const json_t *container)
{
    size_t index;
    const json_t *live;
    json_array_foreach (json_at(container, "Mounts"), index, live) {
        const char *source = json_text_at(live, "Source");
        if (is_resolv_conf(source, json_text_at(live, "Destination")))
            return source;
    }
    return "";
}

/* What Docker made of a mount: the entry of its own list with this place in the container. */
static const json_t *find_live(struct arena *arena, const json_t *container, const char *target)
{
    const char *place = path_clean(arena, target);
    size_t index;
    const json_t *live;
    json_array_foreach (json_at(container, "Mounts"), index, live) {
        if (strcmp(json_text_at(live, "Destination"), place) == 0)
            return live;
    }
    return NULL;
}

static Cri__MountPropagation propagation_of(const char *text)
{
    if (strcmp(text, "rslave") == 0 || strcmp(text, "slave") == 0)
        return CRI__MOUNT_PROPAGATION__PROPAGATION_HOST_TO_CONTAINER;
    if (strcmp(text, "rshared") == 0 || strcmp(text, "shared") == 0)
        return CRI__MOUNT_PROPAGATION__PROPAGATION_BIDIRECTIONAL;
    return CRI__MOUNT_PROPAGATION__PROPAGATION_PRIVATE;
}

/* True if a comma separated list of options has this one. */
static bool has_option(const char *options, const char *option)
{
    for (size_t length; *options != '\0'; options += length + (options[length] == ',')) {
        length = strcspn(options, ",");
        if (strlen(option) == length && strncmp(options, option, length) == 0)
            return true;
    }
    return false;
}

static Cri__Mount *mount_create(struct arena *arena, const json_t *container, const char *target)
{
    Cri__Mount *mount = arena_alloc(arena, sizeof(*mount));
    cri__mount__init(mount);
    const json_t *live = find_live(arena, container, target);
    const char *mode = json_text_at(live, "Mode");
    mount->container_path = utf8_clean(arena, target);
    mount->readonly = json_is_false(json_at(live, "RW"));
    mount->propagation = propagation_of(json_text_at(live, "Propagation"));
    mount->selinux_relabel = has_option(mode, "z") || has_option(mode, "Z");
    return mount;
}

static Cri__Mount *from_bind_mount(struct arena *arena, const json_t *container,
                                   const json_t *entry)
{
    Cri__Mount *mount = mount_create(arena, container, json_text_at(entry, "Target"));
    mount->host_path = json_clean_at(arena, entry, "Source");
    mount->readonly |= json_bool_at(entry, "ReadOnly");
    mount->recursive_read_only = json_bool_at(entry, "BindOptions.ReadOnlyForceRecursive");
    return mount;
}

/* The id that a shortened one of the same container stands for: Docker takes no image twice under
 * one name, so the second mount of an image has a digit less, and so on. */
static const char *full_image_id(struct arena *arena, const json_t *container, const char *source)
{
    enum { DIGITS_MIN = 32 };
    size_t length = strlen(source), index;
    const json_t *entry;
    if (length < DIGITS_MIN || strspn(source, HEX) != length)
        return source;
    json_array_foreach (json_at(container, "HostConfig.Mounts"), index, entry) {
        const char *id = json_clean_at(arena, entry, "Source");
        if (reference_is_id(id) &&
            strncmp(id + (strncmp(id, "sha256:", 7) == 0 ? 7 : 0), source, length) == 0)
            return id;
    }
    return source;
}

/* "host_path has to be empty if the image field is provided"; an image mount cannot be written to.
 */
static Cri__Mount *from_image_mount(struct arena *arena, const json_t *container,
                                    const json_t *entry)
{
    Cri__Mount *mount = mount_create(arena, container, json_text_at(entry, "Target"));
    mount->readonly = true;
    mount->image_sub_path = json_clean_at(arena, entry, "ImageOptions.Subpath");
    mount->image = arena_alloc(arena, sizeof(*mount->image));
    cri__image_spec__init(mount->image);
    mount->image->image = full_image_id(arena, container, json_clean_at(arena, entry, "Source"));
    if (reference_is_id(mount->image->image))
        mount->image->image_ref = mount->image->image;
    return mount;
}

static Cri__Mount *from_bind(struct arena *arena, const json_t *container, const struct bind *bind)
{
    Cri__Mount *mount = mount_create(arena, container, bind->target);
    mount->host_path = utf8_clean(arena, bind->source);
    mount->readonly |= has_option(bind->options, "ro");
    return mount;
}

/* NULL for an entry that CRI did not ask for. */
static Cri__Mount *from_mount(struct arena *arena, const json_t *container, const json_t *entry)
{
    const char *type = json_text_at(entry, "Type");
    if (strcmp(type, "image") == 0)
        return from_image_mount(arena, container, entry);
    if (strcmp(type, "bind") != 0 ||
        is_resolv_conf(json_text_at(entry, "Source"), json_text_at(entry, "Target")))
        return NULL;
    return from_bind_mount(arena, container, entry);
}

void translate_mounts(struct arena *arena, const json_t *container, Cri__Mount ***ret_mounts,
                      size_t *ret_count)
{
    const json_t *mounts = json_at(container, "HostConfig.Mounts");
    const json_t *binds = json_at(container, "HostConfig.Binds");
    Cri__Mount **list =
        arena_array(arena, json_array_size(mounts) + json_array_size(binds), sizeof(*list));
    size_t count = 0, index;
    const json_t *entry;
    json_array_foreach (mounts, index, entry) {
        Cri__Mount *mount = from_mount(arena, container, entry);
        if (mount != NULL)
            list[count++] = mount;
    }
    json_array_foreach (binds, index, entry) {
        struct bind bind;
        if (bind_parse(arena, entry, &bind) && !is_resolv_conf(bind.source, bind.target))
            list[count++] = from_bind(arena, container, &bind);
    }
    *ret_mounts = list;
    *ret_count = count;
}
