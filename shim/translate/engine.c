#include "shim/translate/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/base/utf8.h"
#include "shim/translate/body.h"
#include "shim/translate/json.h"

/* The first engine API that knows recursive read-only mounts, and the first kernel. */
enum { API_RECURSIVE_READONLY = 144, KERNEL_MAJOR = 5, KERNEL_MINOR = 12 };

static bool array_has(const json_t *array, const char *text)
{
    size_t index;
    const json_t *item;
    json_array_foreach (array, index, item) {
        if (json_is_string(item) && strcmp(json_string_value(item), text) == 0)
            return true;
    }
    return false;
}

/* "name=seccomp,profile=builtin" is the option "seccomp". */
static bool has_security_option(const json_t *info, const char *name)
{
    size_t index, length = strlen(name);
    const json_t *item;
    json_array_foreach (json_at(info, "SecurityOptions"), index, item) {
        const char *option = json_is_string(item) ? json_string_value(item) : "";
        if (strncmp(option, "name=", 5) == 0 && strncmp(option + 5, name, length) == 0 &&
            (option[5 + length] == '\0' || option[5 + length] == ','))
            return true;
    }
    return false;
}

static bool uses_containerd_store(const json_t *info)
{
    size_t index;
    const json_t *pair;
    json_array_foreach (json_at(info, "DriverStatus"), index, pair) {
        if (array_has(pair, "driver-type") && array_has(pair, "io.containerd.snapshotter.v1"))
            return true;
    }
    return false;
}

static bool kernel_has_recursive_readonly(const char *kernel)
{
    int major = 0, minor = 0;
    return sscanf(kernel, "%d.%d", &major, &minor) == 2 &&
           (major > KERNEL_MAJOR || (major == KERNEL_MAJOR && minor >= KERNEL_MINOR));
}

/* The runtime's own list of features (OCI runtime specification, "features"), which engines from 25
 * on carry as a text. A runtime whose list cannot be read lacks the feature. */
static bool runtime_mounts_rro(const json_t *runtime)
{
    const char *text = json_string_value(
        json_object_get(json_at(runtime, "status"), "org.opencontainers.runtime-spec.features"));
    json_auto_t *features = text != NULL ? json_loads(text, 0, NULL) : NULL;
    return array_has(json_at(features, "mountOptions"), "rro");
}

static int compare_runtimes(const void *a, const void *b)
{
    const struct engine_runtime *left = a, *right = b;
    return strcmp(left->name, right->name);
}

static void parse_runtimes(struct arena *arena, const json_t *info, struct engine *engine)
{
    json_t *object = json_at(info, "Runtimes"), *value;
    struct engine_runtime *runtimes =
        arena_array(arena, json_object_size(object), sizeof(*runtimes));
    bool possible = engine->api_version >= API_RECURSIVE_READONLY &&
                    kernel_has_recursive_readonly(engine->kernel);
    const char *name;
    json_object_foreach (object, name, value) {
        runtimes[engine->runtime_count++] = (struct engine_runtime){
            .name = utf8_clean(arena, name),
            .recursive_readonly = possible && runtime_mounts_rro(value),
        };
    }
    if (engine->runtime_count > 0)
        qsort(runtimes, engine->runtime_count, sizeof(*runtimes), compare_runtimes);
    engine->runtimes = runtimes;
}

bool engine_parse(struct arena *arena, const json_t *version, const json_t *info, int api_version,
                  struct engine *ret_engine, struct err *err)
{
    const char *driver = json_text_at(info, "CgroupDriver");
    bool systemd = strcmp(driver, "systemd") == 0;
    if (!systemd && strcmp(driver, "cgroupfs") != 0)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "Docker's cgroup driver is \"%s\"; only systemd and cgroupfs are supported",
                       driver);
    const char *own_version = json_clean_at(arena, version, "Version");
    *ret_engine = (struct engine){
        .version =
            own_version[0] != '\0' ? own_version : json_clean_at(arena, info, "ServerVersion"),
        .api_version = api_version,
        .systemd_cgroup = systemd,
        .cgroup_version = strcmp(json_text_at(info, "CgroupVersion"), "2") == 0 ? 2 : 1,
        .root_dir = json_clean_at(arena, info, "DockerRootDir"),
        .storage_driver = json_clean_at(arena, info, "Driver"),
        .containerd_store = uses_containerd_store(info),
        .default_runtime = json_clean_at(arena, info, "DefaultRuntime"),
        .apparmor = has_security_option(info, "apparmor"),
        .seccomp = has_security_option(info, "seccomp"),
        .selinux = has_security_option(info, "selinux"),
        .userns_remap = has_security_option(info, "userns"),
        .log_driver = json_clean_at(arena, info, "LoggingDriver"),
        .kernel = json_clean_at(arena, info, "KernelVersion"),
    };
    parse_runtimes(arena, info, ret_engine);
    return true;
}

const struct engine_runtime *engine_runtime_find(const struct engine *engine, const char *handler)
{
    if (handler[0] == '\0' || strcmp(handler, "docker") == 0)
        handler = engine->default_runtime;
    for (size_t i = 0; i < engine->runtime_count; i++)
        if (strcmp(engine->runtimes[i].name, handler) == 0)
            return &engine->runtimes[i];
    return NULL;
}

static Cri__RuntimeHandler *status_handler(struct arena *arena, const char *name,
                                           const struct engine_runtime *runtime)
{
    Cri__RuntimeHandler *handler = arena_alloc(arena, sizeof(*handler));
    cri__runtime_handler__init(handler);
    handler->name = name;
    handler->features = arena_alloc(arena, sizeof(*handler->features));
    cri__runtime_handler_features__init(handler->features);
    handler->features->recursive_read_only_mounts = runtime != NULL && runtime->recursive_readonly;
    return handler;
}

void engine_status_handlers(struct arena *arena, const struct engine *engine,
                            Cri__StatusResponse *out)
{
    size_t count = engine->runtime_count;
    out->runtime_handlers = arena_array(arena, count + 1, sizeof(*out->runtime_handlers));
    out->runtime_handlers[0] = status_handler(arena, "", engine_runtime_find(engine, ""));
    for (size_t i = 0; i < count; i++)
        out->runtime_handlers[i + 1] =
            status_handler(arena, engine->runtimes[i].name, &engine->runtimes[i]);
    out->n_runtime_handlers = count + 1;
    /* All false: Docker always merges the image's groups, cannot map users per pod, and its mounts
     * take no options beyond read-only and propagation. */
    out->features = arena_alloc(arena, sizeof(*out->features));
    cri__runtime_features__init(out->features);
}

const char *engine_describe(struct arena *arena, const struct engine *engine)
{
    json_t *config = body_object(), *runtimes = body_array_at(config, "runtimes");
    for (size_t i = 0; i < engine->runtime_count; i++)
        body_append(runtimes, body_text(engine->runtimes[i].name));
    json_set_text(config, "defaultRuntime", engine->default_runtime);
    json_set_text(config, "version", DOCKERSHIMD_VERSION);
    json_set_text(config, "dockerVersion", engine->version);
    json_set_text(
        config, "dockerApiVersion",
        arena_printf(arena, "%d.%d", engine->api_version / 100, engine->api_version % 100));
    json_set_text(config, "kernelVersion", engine->kernel);
    json_set_text(config, "cgroupDriver", engine->systemd_cgroup ? "systemd" : "cgroupfs");
    body_set_int(config, "cgroupVersion", engine->cgroup_version);
    json_set_text(config, "dockerRootDir", engine->root_dir);
    json_set_text(config, "storageDriver", engine->storage_driver);
    json_set_text(config, "logDriver", engine->log_driver);
    body_set(config, "containerdImageStore", json_boolean(engine->containerd_store));
    body_set(config, "apparmor", json_boolean(engine->apparmor));
    body_set(config, "seccomp", json_boolean(engine->seccomp));
    body_set(config, "selinux", json_boolean(engine->selinux));
    body_set(config, "usernsRemap", json_boolean(engine->userns_remap));
    return json_format(arena, config);
}
