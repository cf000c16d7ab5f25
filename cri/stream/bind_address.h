/*
 * Where the stream endpoints listen, as the operator writes it ("127.0.0.1", "10.0.0.1:10250",
 * "[::1]:0", "::1"), and the URL's beginning for a socket that does.
 */
#ifndef CRI_STREAM_BIND_ADDRESS_H
#define CRI_STREAM_BIND_ADDRESS_H

#include <sys/socket.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

/* "" is 127.0.0.1, no port is port 0: any. INVALID_ARGUMENT if it is no address. */
bool bind_address_parse(const char *text, struct sockaddr_storage *ret_address,
                        socklen_t *ret_length, struct err *err);

/* "http://127.0.0.1:4711". A socket that listens on all addresses is reached by the loopback one:
 * the kubelet, who uses the URL, is on this host. */
const char *bind_address_url(struct arena *arena, bool tls, const struct sockaddr_storage *address);

#endif
