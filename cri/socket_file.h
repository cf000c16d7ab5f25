/*
 * The path of a unix socket: taking it without taking it from anybody who serves it, and giving it
 * back without removing a successor's. A lock beside it (PATH.lock, which stays) keeps two daemons
 * from deciding at the same time that the path is free.
 */
#ifndef CRI_SOCKET_FILE_H
#define CRI_SOCKET_FILE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "shim/base/err.h"

struct socket_file {
    struct sockaddr_un address; /* an empty path for none */
    struct stat status;         /* as it was last seen while it was still this socket */
    bool bound;                 /* by us */
    int lock_fd;
};

void socket_file_init(struct socket_file *file);

/* Gives back the lock. */
void socket_file_done(struct socket_file *file);

/* Makes the listening socket at `path`, and its directory if need be. `group` as in
 * listener_options. */
bool socket_file_bind(struct socket_file *file, const char *path, const char *group, int *ret_fd,
                      struct err *err);

/* Finds the file of a socket that somebody else bound. An abstract socket has none. */
bool socket_file_find(struct socket_file *file, int fd, struct err *err);

/* Unlinks the path if we bound it and it is still this socket. */
void socket_file_remove(struct socket_file *file);

/* Whose the socket is; what an operator changes while the daemon runs counts. Without a file it is
 * our own user's and group's. */
void socket_file_owner(struct socket_file *file, uid_t *ret_owner, gid_t *ret_group);

#endif
