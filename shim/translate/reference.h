/*
 * Image references as Docker means them: "nginx" is "docker.io/library/nginx:latest". A reference
 * is a name with an optional tag and an optional digest, or an image id.
 */
#ifndef SHIM_TRANSLATE_REFERENCE_H
#define SHIM_TRANSLATE_REFERENCE_H

#include <stdbool.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

struct reference {
    const char *domain; /* "docker.io", "localhost:5000" */
    const char *path;   /* "library/nginx" */
    const char *tag;    /* "" if none was given and there is a digest; "latest" if neither was */
    const char *digest; /* "sha256:…" or "" */
};

/* INVALID_ARGUMENT, with the text, for what is no reference. An id ("sha256:<64 hex>" or 64 hex) is
 * no reference: ask reference_is_id() first. */
bool reference_parse(struct arena *arena, const char *text, struct reference *ret_reference,
                     struct err *err);

/* "sha256:" and 64 hex digits, or 64 hex digits alone. */
bool reference_is_id(const char *text);

/* True if both name the same repository of the same registry, whatever tag or digest. */
bool reference_same_repository(const struct reference *a, const struct reference *b);

/* domain/path, in full, and as Docker shows it (without docker.io/library/). Both parse to the same
 * repository again: a folder of Docker Hub that looks like a registry keeps its domain. */
const char *reference_repository(struct arena *arena, const struct reference *reference);
const char *reference_familiar(struct arena *arena, const struct reference *reference);

#endif
