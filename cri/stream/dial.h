/*
 * Connecting to a port of a pod: 127.0.0.1 first, then ::1, with sockets that were made in its
 * network namespace, to which they belong whoever uses them.
 *
 * Threads: the loop's.
 */
#ifndef CRI_STREAM_DIAL_H
#define CRI_STREAM_DIAL_H

#include <stdint.h>

#include <uv.h>

struct dial;

/* `fd` is the connected socket, the owner's from here on, or -1; then errnum says why the first
 * address did not take the connection. */
typedef void dial_done_fn(void *owner, int fd, int errnum);

/* Takes the sockets (IPv4, IPv6; -1 for none). `done` is never called before this returns. */
struct dial *dial_start(uv_loop_t *loop, const int fds[2], uint16_t port, dial_done_fn *done,
                        void *owner);

/* Forgets it before it is done; NULL is allowed. */
void dial_cancel(struct dial *dial);

#endif
