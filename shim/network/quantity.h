/* Kubernetes quantities ("10M", "1.5Gi", "2e6"), as annotations have them. Pure. */
#ifndef SHIM_NETWORK_QUANTITY_H
#define SHIM_NETWORK_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/* The quantity as a whole number, rounded up; false if the text is none, is negative, or is beyond
 * what an int64 holds. Exact up to 2^53. */
bool quantity_parse(const char *text, int64_t *ret_value);

#endif
