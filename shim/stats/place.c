#include "shim/stats/place.h"

#include <inttypes.h>
#include <string.h>

#include "shim/base/file.h"
#include "shim/stats/cgroup.h"
#include "shim/stats/kernel_file.h"

enum { MOUNTS_MAX = 4 << 20 };

static const char *const names[CONTROLLER_COUNT] = {
    [CONTROLLER_CPU] = "cpu",   [CONTROLLER_CPUACCT] = "cpuacct", [CONTROLLER_MEMORY] = "memory",
    [CONTROLLER_IO] = "blkio",  [CONTROLLER_PIDS] = "pids",       [CONTROLLER_HUGETLB] = "hugetlb",
    [CONTROLLER_PRESSURE] = "",
};

bool hierarchies_read(struct arena *arena, const char *fs_root, struct hierarchies *ret_hierarchies,
                      struct err *err)
{
    char *mounts;
    size_t length;
    if (!file_read(arena, arena_printf(arena, "%s/proc/self/mountinfo", fs_root), MOUNTS_MAX,
                   &mounts, &length, err))
        return false;
    *ret_hierarchies = (struct hierarchies){.fs_root = fs_root};
    for (size_t i = 0; i < CONTROLLER_COUNT; i++) {
        struct hierarchy *hierarchy = &ret_hierarchies->of[i];
        hierarchy->name = names[i];
        hierarchy->mount = cgroup_parse_mount(arena, mounts, names[i], &hierarchy->root);
        hierarchy->version = names[i][0] != '\0' ? 1 : 2;
        if (hierarchy->mount == NULL) {
            hierarchy->name = "";
            hierarchy->mount = cgroup_parse_mount(arena, mounts, "", &hierarchy->root);
            hierarchy->version = hierarchy->mount != NULL ? 2 : 0;
        }
    }
    return true;
}

/* The path up to the component that carries the container's id: "docker-<id>.scope" or "<id>". */
static const char *cut_at_container(struct arena *arena, const char *path, const char *id)
{
    const char *found = id[0] != '\0' ? strstr(path, id) : NULL;
    if (found == NULL)
        return path;
    return arena_strndup(arena, path, (size_t)(found - path) + strcspn(found, "/"));
}

bool place_of_process(struct arena *arena, const struct hierarchies *hierarchies, int64_t pid,
                      const char *container_id, struct place *ret_place, struct err *err)
{
    const char *directory = arena_printf(arena, "%s/proc/%" PRId64, hierarchies->fs_root, pid);
    const char *cgroups = kernel_file(arena, directory, "cgroup");
    if (cgroups == NULL)
        return err_set(err, CODE_NOT_FOUND, "process %" PRId64 " is gone", pid);
    *ret_place = (struct place){0};
    for (size_t i = 0; i < CONTROLLER_COUNT; i++) {
        const struct hierarchy *hierarchy = &hierarchies->of[i];
        const char *path =
            hierarchy->version != 0 ? cgroup_parse_path(arena, cgroups, hierarchy->name) : NULL;
        if (path == NULL)
            continue;
        ret_place->of[i].version = hierarchy->version;
        ret_place->of[i].directory = arena_printf(
            arena, "%s%s%s", hierarchies->fs_root, hierarchy->mount,
            cgroup_below(cut_at_container(arena, path, container_id), hierarchy->root));
    }
    return true;
}

void place_parent(struct arena *arena, const struct place *place, struct place *ret_place)
{
    *ret_place = *place;
    for (size_t i = 0; i < CONTROLLER_COUNT; i++) {
        const char *directory = place->of[i].directory;
        if (directory != NULL)
            ret_place->of[i].directory =
                arena_strndup(arena, directory, (size_t)(strrchr(directory, '/') - directory));
    }
}
