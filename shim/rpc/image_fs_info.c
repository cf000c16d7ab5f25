#include "shim/rpc/rpc.h"

#include "shim/base/clock.h"
#include "shim/rpc/image_fs.h"

static Cri__UInt64Value *number(struct arena *arena, uint64_t value)
{
    Cri__UInt64Value *message = arena_alloc(arena, sizeof(*message));
    cri__uint64_value__init(message);
    message->value = value;
    return message;
}

static Cri__FilesystemUsage **usage(struct arena *arena, const struct image_fs *fs)
{
    Cri__FilesystemUsage *usage = arena_alloc(arena, sizeof(*usage));
    cri__filesystem_usage__init(usage);
    usage->timestamp = clock_real_ns();
    usage->fs_id = arena_alloc(arena, sizeof(*usage->fs_id));
    cri__filesystem_identifier__init(usage->fs_id);
    usage->fs_id->mountpoint = fs->mountpoint;
    usage->used_bytes = number(arena, fs->used_bytes);
    usage->inodes_used = number(arena, fs->inodes_used);
    Cri__FilesystemUsage **list = arena_alloc(arena, sizeof(*list));
    *list = usage;
    return list;
}

/* Docker keeps images and writable layers in one store, so both lists name the same filesystem; the
 * kubelet then knows that it is not split. */
bool rpc_image_fs_info(struct call *call, const Cri__ImageFsInfoRequest *in,
                       Cri__ImageFsInfoResponse *out, struct err *err)
{
    (void)in;
    struct arena *arena = call->scope.arena;
    struct image_fs fs;
    if (!image_fs_read(call_daemon(call), &call->scope, &fs, err))
        return err_wrap(err, "usage of the image filesystem");
    out->image_filesystems = usage(arena, &fs);
    out->n_image_filesystems = 1;
    out->container_filesystems = usage(arena, &fs);
    out->n_container_filesystems = 1;
    return true;
}
