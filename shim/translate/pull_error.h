/*
 * Why a pull failed. Docker tells it in two ways: as the HTTP answer while nothing was pulled yet,
 * and as a message of the stream afterwards; mostly as 500 or without any number, although the
 * registry gave one.
 *
 * The kubelet reads the prefixes RegistryUnavailable and SignatureValidationFailed only at the very
 * beginning of the text, and only with the code UNKNOWN: what comes from here must not be wrapped.
 */
#ifndef SHIM_TRANSLATE_PULL_ERROR_H
#define SHIM_TRANSLATE_PULL_ERROR_H

#include <jansson.h>

#include "shim/base/err.h"

/* Gives the error of a pull, whose text is Docker's, the code or the prefix that the registry's
 * answer calls for. Only codes that say little (UNKNOWN, UNAVAILABLE) are replaced. Always returns
 * false. */
bool pull_error_refine(struct err *err);

/* True if a message of the stream is no error; else false, with the error set and refined. */
bool pull_error_check(const json_t *message, struct err *err);

#endif
