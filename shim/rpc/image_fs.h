/* The filesystem that really holds Docker's images, for graph drivers and containerd snapshotters.
 */
#ifndef SHIM_RPC_IMAGE_FS_H
#define SHIM_RPC_IMAGE_FS_H

#include "shim/rpc/daemon.h"

struct image_fs {
    const char *mountpoint; /* a directory on it: the store's own */
    uint64_t used_bytes;    /* by image layers, shared ones counted once */
    uint64_t inodes_used;   /* of the whole filesystem: nothing cheaper tells the store's share */
};

bool image_fs_read(struct daemon *daemon, struct scope *scope, struct image_fs *ret_fs,
                   struct err *err);

#endif
