/* The two tables that classify a failure of the engine, once: by HTTP status and by curl's code. */
#ifndef DOCKERAPI_STATUS_H
#define DOCKERAPI_STATUS_H

#include <stddef.h>

#include <curl/curl.h>

#include "shim/base/err.h"

/* `creates`: the request makes an object with a name, so that a conflict means the name. */
enum code status_http_code(long http_status, bool creates);

/* The error that an HTTP answer stands for, with Docker's own message verbatim, or the status where
 * the body has none. Always false. */
bool status_http_error(long http_status, bool creates, const char *body, size_t length,
                       struct err *err);

enum code status_curl_code(CURLcode result);

#endif
