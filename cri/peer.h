/* Who is at the other end of a unix socket, as the kernel knows it. */
#ifndef CRI_PEER_H
#define CRI_PEER_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

/* True if the peer is root, `owner`, or a member of `group` (by its group or a supplementary one,
 * at the time it connected). *ret_peer is filled in any case. */
bool peer_is_allowed(int fd, uid_t owner, gid_t group, struct ucred *ret_peer);

#endif
