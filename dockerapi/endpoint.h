/*
 * Where the engine listens and how it is spoken to: the checked form of the operator's options.
 * Owns its texts; read-only once parsed, so any thread may look.
 */
#ifndef DOCKERAPI_ENDPOINT_H
#define DOCKERAPI_ENDPOINT_H

#include "dockerapi/docker.h"

struct endpoint {
    char *text;      /* as the operator wrote it, for messages */
    char *base_url;  /* "http://docker", "https://host:port": what a path is put behind */
    char *unix_path; /* NULL for tcp:// */
    char *tls_ca, *tls_cert, *tls_key;
};

/* INVALID_ARGUMENT naming what makes no sense: the endpoint, or a TLS file that cannot be read. */
bool endpoint_init(struct endpoint *endpoint, const struct docker_options *options,
                   struct err *err);
void endpoint_done(struct endpoint *endpoint);

#endif
