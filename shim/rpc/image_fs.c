#include "shim/rpc/image_fs.h"

#include <errno.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "shim/translate/engine.h"
#include "shim/translate/image.h"

/* A containerd that dockerd started for itself lives beneath dockerd's root; otherwise it is the
 * system's. */
static const char *store_directory(struct arena *arena, const struct engine *engine)
{
    if (!engine->containerd_store) {
        const char *driver = arena_printf(arena, "%s/%s", engine->root_dir, engine->storage_driver);
        return access(driver, F_OK) == 0 ? driver : engine->root_dir;
    }
    const char *parents[] = {
        arena_printf(arena, "%s/containerd/daemon", engine->root_dir),
        "/var/lib/containerd",
    };
    for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]); i++) {
        const char *snapshots = arena_printf(arena, "%s/io.containerd.snapshotter.v1.%s",
                                             parents[i], engine->storage_driver);
        if (access(snapshots, F_OK) == 0)
            return snapshots;
    }
    return engine->root_dir;
}

bool image_fs_read(struct daemon *daemon, struct scope *scope, struct image_fs *ret_fs,
                   struct err *err)
{
    struct engine engine;
    json_t *usage;
    if (!daemon_engine(daemon, scope, &engine, err) ||
        !docker_disk_usage(daemon->docker, scope, &usage, err))
        return false;
    struct statvfs status;
    const char *directory = store_directory(scope->arena, &engine);
    if (statvfs(directory, &status) != 0)
        return err_errno(err, errno, "%s", directory);
    *ret_fs = (struct image_fs){
        .mountpoint = directory,
        .used_bytes = image_layers_size(usage),
        .inodes_used = status.f_files - status.f_ffree,
    };
    return true;
}
