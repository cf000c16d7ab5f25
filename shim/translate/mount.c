#include "shim/translate/mount.h"

#include <string.h>

#include "shim/translate/body.h"
#include "shim/translate/path.h"
#include "shim/translate/reference.h"

enum {
    API_READONLY_RECURSION = 144, /* Engine 25: read-only is recursive unless told otherwise */
    API_IMAGE_MOUNT = 148,        /* Engine 28 */
};

struct mount_work {
    struct arena *arena;
    json_t *host_config;
    const struct engine *engine;
    const struct engine_runtime *runtime;
    json_t *seen;   /* clean container paths, as keys */
    json_t *images; /* how often each image is mounted */
};

static const char *check_propagation(const Cri__Mount *mount, size_t index, struct err *err)
{
    switch (mount->propagation) {
    case CRI__MOUNT_PROPAGATION__PROPAGATION_PRIVATE:
        /* Unset is private for Docker too; but for a source that holds Docker's own directory it
         * takes rslave, and refuses rprivate, lest the container pin the mounts of others. */
        return "";
    case CRI__MOUNT_PROPAGATION__PROPAGATION_HOST_TO_CONTAINER:
        return "rslave";
    case CRI__MOUNT_PROPAGATION__PROPAGATION_BIDIRECTIONAL:
        return "rshared";
    default:
        (void)err_set(err, CODE_INVALID_ARGUMENT, "config.mounts[%zu].propagation %d is unknown",
                      index, (int)mount->propagation);
        return NULL;
    }
}

static bool check_target(const struct mount_work *work, const Cri__Mount *mount, size_t index,
                         struct err *err)
{
    const char *path = mount->container_path;
    if (!path_is_absolute(path))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.mounts[%zu].container_path \"%s\" is not absolute", index, path);
    const char *clean = path_clean(work->arena, path);
    if (strcmp(clean, "/") == 0)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.mounts[%zu].container_path \"%s\" is the container's root", index,
                       path);
    if (json_object_get(work->seen, clean) != NULL)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.mounts[%zu].container_path \"%s\" is mounted twice", index, path);
    body_set(work->seen, clean, json_true());
    return true;
}

static bool check_limits(const Cri__Mount *mount, size_t index, struct err *err)
{
    if (mount->n_uidmappings > 0 || mount->n_gidmappings > 0)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "config.mounts[%zu] has uidMappings or gidMappings: Docker cannot map the "
                       "ids of one mount",
                       index);
    if (mount->n_mount_options > 0)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "config.mounts[%zu].mount_options: Docker cannot pass \"%s\" to a mount",
                       index, mount->mount_options[0]);
    return true;
}

/* CRI: "readonly must be explicitly set to true, and propagation must be PRIVATE". */
static bool check_recursion(const struct mount_work *work, const Cri__Mount *mount, size_t index,
                            struct err *err)
{
    if (!mount->recursive_read_only)
        return true;
    if (!mount->readonly)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.mounts[%zu].recursive_read_only needs readonly", index);
    if (mount->propagation != CRI__MOUNT_PROPAGATION__PROPAGATION_PRIVATE)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.mounts[%zu].recursive_read_only needs PROPAGATION_PRIVATE", index);
    if (work->engine->api_version < API_READONLY_RECURSION)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "RROUnsupported: config.mounts[%zu]: recursive read-only mounts need Docker "
                       "Engine 25, this is %s",
                       index, work->engine->version);
    if (work->runtime == NULL || !work->runtime->recursive_readonly)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "RROUnsupported: config.mounts[%zu]: the runtime %s cannot mount "
                       "recursively read-only on this kernel",
                       index, work->runtime != NULL ? work->runtime->name : "of the pod");
    return true;
}

static json_t *append_mount(json_t *host_config, const char *type, const char *source,
                            const char *target, bool readonly)
{
    json_t *entry = body_object();
    body_append(body_array_at(host_config, "Mounts"), entry);
    body_set(entry, "Type", body_text(type));
    body_set(entry, "Source", body_text(source));
    body_set(entry, "Target", body_text(target));
    body_set_true(entry, "ReadOnly", readonly);
    return entry;
}

static void add_bind_mount(const struct mount_work *work, const Cri__Mount *mount,
                           const char *propagation)
{
    json_t *entry = append_mount(work->host_config, "bind", mount->host_path, mount->container_path,
                                 mount->readonly);
    if (propagation[0] != '\0')
        body_set(body_object_at(entry, "BindOptions"), "Propagation", body_text(propagation));
    if (!mount->readonly || work->engine->api_version < API_READONLY_RECURSION)
        return;
    body_set(body_object_at(entry, "BindOptions"),
             mount->recursive_read_only ? "ReadOnlyForceRecursive" : "ReadOnlyNonRecursive",
             json_true());
}

/* "source:target:options". From Engine 25 on its "ro" covers what is mounted beneath the source
 * too; Docker has no word against it here, and none to be sure of it. */
static bool add_relabelled(const struct mount_work *work, const Cri__Mount *mount, size_t index,
                           const char *propagation, struct err *err)
{
    if (mount->recursive_read_only)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "RROUnsupported: config.mounts[%zu]: Docker cannot relabel a mount for "
                       "SELinux and make it recursively read-only",
                       index);
    if (strchr(mount->host_path, ':') != NULL || strchr(mount->container_path, ':') != NULL)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "config.mounts[%zu]: Docker cannot relabel a mount for SELinux whose path "
                       "has a colon",
                       index);
    body_append(body_array_at(work->host_config, "Binds"),
                json_sprintf("%s:%s:Z%s%s%s", mount->host_path, mount->container_path,
                             mount->readonly ? ",ro" : "", propagation[0] != '\0' ? "," : "",
                             propagation));
    return true;
}

static bool add_bind(const struct mount_work *work, const Cri__Mount *mount, size_t index,
                     struct err *err)
{
    if (!path_is_absolute(mount->host_path))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.mounts[%zu].host_path \"%s\" is not absolute", index,
                       mount->host_path);
    const char *propagation = check_propagation(mount, index, err);
    if (propagation == NULL || !check_recursion(work, mount, index, err))
        return false;
    if (mount->selinux_relabel && work->engine->selinux)
        return add_relabelled(work, mount, index, propagation, err);
    add_bind_mount(work, mount, propagation);
    return true;
}

/* Docker 28 mounts no image twice in a container if it is named alike both times ("mount already
 * exists with name"), while two sub paths of one image volume are nothing special to Kubernetes. An
 * id may be shortened: each further mount has one digit less. */
static const char *image_source(const struct mount_work *work, const char *image)
{
    enum { DIGITS = 64, DIGITS_MIN = 32 };
    int64_t used = json_integer_value(json_object_get(work->images, image));
    body_set_int(work->images, image, used + 1);
    if (used == 0 || used > DIGITS - DIGITS_MIN || !reference_is_id(image))
        return image;
    const char *digits = image + strlen(image) - DIGITS;
    return arena_strndup(work->arena, digits, (size_t)(DIGITS + 1 - used));
}

/* CRI: "All image mounts are per feature definition readonly." */
static bool add_image(const struct mount_work *work, const Cri__Mount *mount, size_t index,
                      struct err *err)
{
    if (mount->host_path[0] != '\0')
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.mounts[%zu].host_path and image exclude each other", index);
    if (mount->image->image[0] == '\0')
        return err_set(err, CODE_INVALID_ARGUMENT, "config.mounts[%zu].image.image is not set",
                       index);
    if (mount->image_sub_path[0] != '\0' && !path_is_local(mount->image_sub_path))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.mounts[%zu].image_sub_path \"%s\" leads out of the image", index,
                       mount->image_sub_path);
    if (work->engine->api_version < API_IMAGE_MOUNT)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "ImageVolumeMountFailed: config.mounts[%zu]: image volumes need Docker "
                       "Engine 28, this is %s",
                       index, work->engine->version);
    json_t *entry =
        append_mount(work->host_config, "image", image_source(work, mount->image->image),
                     mount->container_path, true);
    if (mount->image_sub_path[0] != '\0')
        body_set(body_object_at(entry, "ImageOptions"), "Subpath",
                 body_text(mount->image_sub_path));
    return true;
}

bool mount_add(struct arena *arena, json_t *host_config, Cri__Mount *const *mounts, size_t count,
               const struct engine *engine, const struct engine_runtime *runtime, struct err *err)
{
    const struct mount_work work = {
        .arena = arena,
        .host_config = host_config,
        .engine = engine,
        .runtime = runtime,
        .seen = arena_json(arena, body_object()),
        .images = arena_json(arena, body_object()),
    };
    for (size_t i = 0; i < count; i++) {
        const Cri__Mount *mount = mounts[i];
        if (!check_target(&work, mount, i, err) || !check_limits(mount, i, err))
            return false;
        if (mount->image != NULL ? !add_image(&work, mount, i, err)
                                 : !add_bind(&work, mount, i, err))
            return false;
    }
    return true;
}

void mount_add_resolv_conf(json_t *host_config, const char *host_path, bool readonly,
                           const struct engine *engine)
{
    static const char target[] = "/etc/resolv.conf";
    if (!engine->selinux)
        (void)append_mount(host_config, "bind", host_path, target, readonly);
    else /* shared by all containers of the pod, whatever label each has */
        body_append(body_array_at(host_config, "Binds"),
                    json_sprintf("%s:%s:z%s", host_path, target, readonly ? ",ro" : ""));
}

bool mount_covers(struct arena *arena, Cri__Mount *const *mounts, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(path_clean(arena, mounts[i]->container_path), path) == 0)
            return true;
    return false;
}
