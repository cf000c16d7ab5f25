/*
 * A document that several calls read at the same time. It has a count of its own, because jansson's
 * is not made for references that several threads give back: a reader must not take one of its own
 * to the document or a part of it.
 */
#ifndef DOCKERAPI_SHARED_H
#define DOCKERAPI_SHARED_H

#include <jansson.h>

struct shared;

/* Takes the reference to the document; the caller has the first one to what is returned. */
struct shared *shared_create(json_t *take_document);
struct shared *shared_ref(struct shared *shared); /* returns it */
void shared_unref(void *shared);                  /* fit for arena_defer(); NULL is allowed */

json_t *shared_document(struct shared *shared); /* borrowed */

#endif
