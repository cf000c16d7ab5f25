/*
 * One HTTP request and its answer on a link that is there. What it means to the engine (versions,
 * repetition, errors of status) is decided above.
 */
#ifndef DOCKERAPI_EXCHANGE_H
#define DOCKERAPI_EXCHANGE_H

#include "dockerapi/link.h"
#include "dockerapi/request.h"
#include "shim/base/buf.h"

/* Zero-initialised, then the inputs are set. All of them are borrowed. */
struct exchange {
    const struct request *request;
    const char *target;              /* path and query as sent */
    const struct request_body *body; /* NULL for none */
    bool may_connect;                /* false: only on the connection that is open */

    bool sent;          /* the engine may have seen something of the request */
    bool answered;      /* some of an answer has come */
    long status;        /* of a whole answer */
    int engine_version; /* that the answer tells, 0 if it does not */
    struct buf answer;  /* empty where a stream took it */

    struct link *link; /* the rest is the callbacks' */
    bool has_head;
    size_t head_bytes;
    int64_t heard_ns; /* when something came or a tick was made */
    struct err *err;
    bool stopped; /* by a callback, which left its error */
};

void exchange_done(struct exchange *exchange);
#define auto_exchange __attribute__((cleanup(exchange_done)))

/* Sends the request and waits for its answer. False: there is none, or half of one, and the
 * connection is closed. An HTTP error is an answer. */
bool exchange_run(struct exchange *exchange, struct link *link, const struct patience *patience,
                  struct err *err);

#endif
