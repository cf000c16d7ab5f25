/*
 * Comparing JSON with what a test says about it. Only what the test mentions is compared: an object
 * may hold more keys. Lists are compared whole, element by element.
 *
 * In what is wanted, null means that the key is not there (or null), and a string that begins with
 * "~" that its rest is somewhere in the text.
 */
#ifndef TEST_LIB_JSON_SUBSET_H
#define TEST_LIB_JSON_SUBSET_H

#include <jansson.h>

#include "shim/base/err.h"

/* False, with the first difference and its path as the text. `got` may be NULL. */
bool json_subset(json_t *wanted, json_t *got, struct err *err);

#endif
