/*
 * Requests that no client would send: well-formed ones of any type filled at random, with odd texts
 * and numbers in them, and then damaged. Everything follows from the seed, so a run can be
 * repeated.
 */
#ifndef TEST_CLIENT_MUTATION_H
#define TEST_CLIENT_MUTATION_H

#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "shim/base/buf.h"

struct mutation {
    uint64_t state; /* of the random numbers; not 0 */
    /* Ids of things that exist, put where a request wants one, so that it gets beyond the first
     * check; NULL for none. */
    const char *sandbox_id, *container_id;
};

uint32_t mutation_random(struct mutation *mutation, uint32_t below);

/* Appends one request of the type to `bytes`, as damaged as chance wants it. */
void mutation_make(struct mutation *mutation, const ProtobufCMessageDescriptor *type,
                   struct buf *bytes);

/* Appends a length-prefixed field: a text, or an embedded message. */
void mutation_append_field(struct buf *bytes, uint32_t number, const void *value, size_t length);

#endif
