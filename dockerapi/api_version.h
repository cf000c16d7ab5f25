/* Docker's API versions as numbers: "1.41" is 141, as in dockerapi/docker.h. */
#ifndef DOCKERAPI_API_VERSION_H
#define DOCKERAPI_API_VERSION_H

#include <stddef.h>

/* 0 for what is no version. The text need not be NUL-terminated. */
int api_version_parse(const char *text, size_t length);

/* For printf("%d.%d"). */
#define API_VERSION_ARGS(version) (version) / 100, (version) % 100

#endif
