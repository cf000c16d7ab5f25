/* Huge pages that a cgroup has in use, by page size. */
#ifndef SHIM_STATS_HUGETLB_H
#define SHIM_STATS_HUGETLB_H

#include "shim/stats/figure.h"
#include "shim/stats/place.h"

struct hugetlb {
    const char *page_size; /* "2MB", as the kernel names it; arena */
    struct figure usage_bytes, peak_bytes;
};

/* Their number; 0 where the controller is not there. The array belongs to the arena. */
size_t hugetlb_read(struct arena *arena, const struct place *place, struct hugetlb **ret_sizes);

#endif
