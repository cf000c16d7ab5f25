/* What bounds a request: the end of the work that it belongs to, and its own timeout. */
#ifndef DOCKERAPI_PATIENCE_H
#define DOCKERAPI_PATIENCE_H

#include "shim/base/cancel.h"

struct patience {
    struct cancel *cancel;
    int64_t timeout_ns; /* as a duration, for messages */
    int64_t end_ns;     /* monotonic; CLOCK_NEVER for none */
};

/* False, with CANCELLED or DEADLINE_EXCEEDED that says which of the two it was, if it has ended. */
bool patience_check(const struct patience *patience, struct err *err);

/* Milliseconds to wait at most if something is due at `until_ns`, as poll() takes them. */
int patience_left_ms(const struct patience *patience, int64_t until_ns);

#endif
