#include "cri/rate.h"

/* Each line moves the time at which everything is available again one interval further away; the
 * burst is how far away it may be. */
bool rate_allow(struct rate *rate, int64_t now_ns, uint64_t *ret_suppressed)
{
    int64_t start_ns = rate->spent_until_ns > now_ns ? rate->spent_until_ns : now_ns;
    if (start_ns - now_ns > (rate->burst - 1) * rate->interval_ns) {
        rate->suppressed++;
        return false;
    }
    rate->spent_until_ns = start_ns + rate->interval_ns;
    *ret_suppressed = rate->suppressed;
    rate->suppressed = 0;
    return true;
}
