#include "shim/rpc/cgroup_apply.h"

#include <string.h>

#include "shim/stats/cgroup.h"
#include "shim/translate/cgroup_write.h"
#include "shim/translate/container_status.h"

static bool write_one(struct arena *arena, int64_t pid, const struct cgroup_write *write,
                      struct err *err)
{
    /* A control file's name begins with its controller: "hugetlb.2MB.max". */
    const char *controller = arena_strndup(arena, write->file, strcspn(write->file, "."));
    const char *directory;
    if (!cgroup_directory(arena, pid, controller, &directory, err))
        /* The kubelet limits huge pages on nodes that have none as well. */
        return err->code == CODE_NOT_FOUND && strcmp(controller, "hugetlb") == 0;
    return cgroup_write_file(arena, directory, write->file, write->value, err);
}

static bool write_all(struct arena *arena, const json_t *container,
                      const struct cgroup_write *writes, size_t count, struct err *err)
{
    int64_t pid = container_pid(container);
    if (count > 0 && pid == 0)
        return err_set(err, CODE_FAILED_PRECONDITION, "container %s does not run",
                       container_id(container));
    for (size_t i = 0; i < count; i++)
        if (!write_one(arena, pid, &writes[i], err))
            return false;
    return true;
}

bool cgroup_apply_created(struct arena *arena, const json_t *container, struct err *err)
{
    struct cgroup_write *writes;
    size_t count;
    if (container_pid(container) == 0)
        return true; /* it has ended already, and its cgroup with it */
    cgroup_writes_of(arena, container, &writes, &count);
    return write_all(arena, container, writes, count, err);
}

bool cgroup_apply(struct arena *arena, const json_t *container,
                  const Cri__LinuxContainerResources *resources, const struct engine *engine,
                  struct err *err)
{
    struct cgroup_write *writes;
    size_t count;
    return translate_cgroup_writes(arena, resources, engine, &writes, &count, err) &&
           write_all(arena, container, writes, count, err);
}
