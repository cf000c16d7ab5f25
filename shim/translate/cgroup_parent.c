#include "shim/translate/cgroup_parent.h"

#include <string.h>

#include "shim/translate/body.h"
#include "shim/translate/path.h"

static bool is_slice(const char *name)
{
    static const char suffix[] = ".slice";
    size_t length = strlen(name);
    return length > strlen(suffix) && strcmp(name + length - strlen(suffix), suffix) == 0;
}

bool cgroup_parent_set(struct arena *arena, json_t *host_config, const char *path,
                       const char *field, const struct engine *engine, struct err *err)
{
    if (path[0] == '\0')
        return true;
    const char *clean = path_clean(arena, path);
    const char *name = strrchr(clean, '/') + 1;
    if (is_slice(name) != engine->systemd_cgroup)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "%s \"%s\" is made for the %s cgroup driver, but Docker uses %s; the "
                       "kubelet's cgroupDriver must be Docker's",
                       field, path, engine->systemd_cgroup ? "cgroupfs" : "systemd",
                       engine->systemd_cgroup ? "systemd" : "cgroupfs");
    body_set(host_config, "CgroupParent", body_text(engine->systemd_cgroup ? name : clean));
    return true;
}
