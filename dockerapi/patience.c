#include "dockerapi/patience.h"

#include <limits.h>

#include "shim/base/clock.h"

bool patience_check(const struct patience *patience, struct err *err)
{
    if (!cancel_check(patience->cancel, err)) {
        if (err->code == CODE_DEADLINE_EXCEEDED)
            return err_set(err, CODE_DEADLINE_EXCEEDED,
                           "the call's deadline passed before the engine answered");
        return false;
    }
    if (clock_mono_ns() >= patience->end_ns)
        return err_set(err, CODE_DEADLINE_EXCEEDED,
                       "the engine did not answer within the request timeout of %g s",
                       (double)patience->timeout_ns / (double)NS_PER_S);
    return true;
}

int patience_left_ms(const struct patience *patience, int64_t until_ns)
{
    int limit_ms = INT_MAX;
    if (until_ns > patience->end_ns)
        until_ns = patience->end_ns;
    if (until_ns != CLOCK_NEVER) {
        int64_t left_ns = until_ns - clock_mono_ns();
        int64_t left_ms = left_ns <= 0 ? 0 : left_ns / NS_PER_MS + 1;
        limit_ms = left_ms < INT_MAX ? (int)left_ms : INT_MAX;
    }
    return cancel_remaining_ms(patience->cancel, limit_ms);
}
