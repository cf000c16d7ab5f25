#include "shim/translate/cgroup_write.h"

#include <inttypes.h>
#include <string.h>

#include "shim/translate/body.h"
#include "shim/translate/json.h"
#include "shim/translate/label.h"
#include "shim/translate/resource.h"

/* "2MB", "1GB": what stands in the names of hugetlb's files. */
static bool is_page_size(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits;
    return digits > 0 && text[0] != '0' &&
           (strcmp(unit, "KB") == 0 || strcmp(unit, "MB") == 0 || strcmp(unit, "GB") == 0);
}

/* A file of the container's own cgroup: "memory.high". */
static bool is_control_file(const char *name)
{
    return strchr(name, '/') == NULL && strcspn(name, ".") > 0 && strchr(name, '.') != NULL;
}

static bool add_hugepages(struct arena *arena, json_t *writes,
                          const Cri__LinuxContainerResources *resources, const char *where,
                          const struct engine *engine, struct err *err)
{
    for (size_t i = 0; i < resources->n_hugepage_limits; i++) {
        const Cri__HugepageLimit *limit = resources->hugepage_limits[i];
        if (!is_page_size(limit->page_size))
            return err_set(err, CODE_INVALID_ARGUMENT,
                           "%s.hugepage_limits[%zu].page_size \"%s\" is no size like 2MB", where, i,
                           limit->page_size);
        const char *file = arena_printf(arena, "hugetlb.%s.%s", limit->page_size,
                                        engine->cgroup_version == 2 ? "max" : "limit_in_bytes");
        body_set(writes, file, body_text(arena_printf(arena, "%" PRIu64, limit->limit)));
    }
    return true;
}

static bool add_unified(json_t *writes, const Cri__LinuxContainerResources *resources,
                        const char *where, const struct engine *engine, struct err *err)
{
    if (resources->n_unified > 0 && engine->cgroup_version != 2)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "%s.unified needs cgroup v2, this node has v%d", where,
                       engine->cgroup_version);
    for (size_t i = 0; i < resources->n_unified; i++) {
        const char *file = resources->unified[i]->key, *value = resources->unified[i]->value;
        if (!is_control_file(file))
            return err_set(err, CODE_INVALID_ARGUMENT,
                           "%s.unified: \"%s\" is not the name of a cgroup file", where, file);
        if (strchr(value, '\n') != NULL)
            return err_set(err, CODE_INVALID_ARGUMENT, "%s.unified[\"%s\"] has more than one line",
                           where, file);
        if (!resource_takes_unified(resources, file))
            body_set(writes, file, body_text(value));
    }
    return true;
}

/* From an object of file names and values; what else is in it is left out. */
static void list(struct arena *arena, json_t *object, struct cgroup_write **ret_writes,
                 size_t *ret_count)
{
    struct cgroup_write *writes = arena_array(arena, json_object_size(object), sizeof(*writes));
    size_t count = 0;
    const char *file;
    json_t *value;
    json_object_foreach (object, file, value) {
        if (is_control_file(file) && json_is_string(value))
            writes[count++] = (struct cgroup_write){
                .file = arena_strdup(arena, file),
                .value = arena_strdup(arena, json_string_value(value)),
            };
    }
    *ret_writes = writes;
    *ret_count = count;
}

bool cgroup_writes_from(struct arena *arena, const Cri__LinuxContainerResources *resources,
                        const char *where, const struct engine *engine,
                        struct cgroup_write **ret_writes, size_t *ret_count, struct err *err)
{
    json_auto_t *writes = body_object();
    if (resources != NULL && (!add_hugepages(arena, writes, resources, where, engine, err) ||
                              !add_unified(writes, resources, where, engine, err)))
        return false;
    list(arena, writes, ret_writes, ret_count);
    return true;
}

bool translate_cgroup_writes(struct arena *arena, const Cri__LinuxContainerResources *resources,
                             const struct engine *engine, struct cgroup_write **ret_writes,
                             size_t *ret_count, struct err *err)
{
    return cgroup_writes_from(arena, resources, "linux", engine, ret_writes, ret_count, err);
}

const char *cgroup_writes_format(struct arena *arena, const struct cgroup_write *writes,
                                 size_t count)
{
    if (count == 0)
        return "";
    json_t *object = body_object();
    for (size_t i = 0; i < count; i++)
        body_set(object, writes[i].file, body_text(writes[i].value));
    return json_format(arena, object);
}

void cgroup_writes_of(struct arena *arena, const json_t *container,
                      struct cgroup_write **ret_writes, size_t *ret_count)
{
    json_auto_t *object = json_loads(label_get(container, LABEL_CGROUP_WRITES), 0, NULL);
    list(arena, object, ret_writes, ret_count);
}
