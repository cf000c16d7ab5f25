#include "cri/peer.h"

#include <stddef.h>
#include <stdlib.h>

#include "shim/base/alloc.h"
#include "shim/base/cleanup.h"

static bool has_group(int fd, gid_t group)
{
    /* The kernel tells the size it wants when there is too little room. */
    socklen_t size = 0;
    (void)getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size);
    auto_free gid_t *groups = xmalloc(size);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) != 0)
        return false;
    for (size_t i = 0; i < size / sizeof(*groups); i++)
        if (groups[i] == group)
            return true;
    return false;
}

bool peer_is_allowed(int fd, uid_t owner, gid_t group, struct ucred *ret_peer)
{
    socklen_t size = sizeof(*ret_peer);
    *ret_peer = (struct ucred){.pid = -1, .uid = (uid_t)-1, .gid = (gid_t)-1};
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ret_peer, &size) != 0)
        return false;
    return ret_peer->uid == 0 || ret_peer->uid == owner || ret_peer->gid == group ||
           has_group(fd, group);
}
