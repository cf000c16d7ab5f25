/*
 * A connection to the engine: a curl handle inside a multi handle of its own, because only a multi
 * can be woken from another thread while it waits. It has at most one connection, and opens one
 * only when it is allowed to: a request that was made for the engine at the other end must not
 * reach another one through curl's own reconnects.
 *
 * Threads: one at a time.
 */
#ifndef DOCKERAPI_LINK_H
#define DOCKERAPI_LINK_H

#include <curl/curl.h>

#include "dockerapi/endpoint.h"
#include "dockerapi/patience.h"

struct link {
    struct link *next; /* in the pool */
    CURL *easy;
    CURLM *multi;
    const struct endpoint *endpoint; /* borrowed */
    uint64_t generation;             /* of the engine at the other end, see dockerapi/client.h */
    int version;      /* negotiated on the open connection; 0: none is, or not known yet */
    int fd;           /* of the open connection, borrowed from curl; -1: none */
    bool may_connect; /* for the request under way */
    bool refused;     /* it wanted a connection and was not allowed to make one */
    int socket_errno; /* why no socket could be made for it; 0 if one could */
    char curl_error[CURL_ERROR_SIZE];
};

/* RESOURCE_EXHAUSTED without memory or descriptors left. NULL on error. */
struct link *link_create(const struct endpoint *endpoint, struct err *err);
void link_destroy(struct link *link); /* NULL is allowed */

/* True if the connection is open and the engine has not closed it. Does not block. */
bool link_is_open(const struct link *link);

/* Sets the curl handle up for the endpoint; what is special to a request comes on top. */
void link_prepare(struct link *link, bool may_connect);

/* Called before each wait: does what is due, and says until when (monotonic) to wait at most. */
typedef bool link_tick_fn(void *context, int64_t *ret_until_ns, struct err *err);

/* Runs the transfer that was set up until curl has a verdict on it. False if patience ended or the
 * tick said so. The handle stays in the multi until link_remove(), which closes the connection of
 * an unfinished transfer. `tick` may be NULL. */
bool link_drive(struct link *link, const struct patience *patience, link_tick_fn *tick,
                void *context, CURLcode *ret_result, struct err *err);
void link_remove(struct link *link);

/* Waits for `events` (CURL_WAIT_…) on the open connection. */
bool link_wait(struct link *link, const struct patience *patience, short events, struct err *err);

/* The error that curl's verdict stands for. Always false. */
bool link_error(struct link *link, CURLcode result, struct err *err);

#endif
