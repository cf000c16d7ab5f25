#include "dockerapi/shared.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "shim/base/alloc.h"

struct shared {
    json_t *document;
    atomic_int references;
};

struct shared *shared_create(json_t *take_document)
{
    struct shared *shared = xmalloc(sizeof(*shared));
    shared->document = take_document;
    atomic_init(&shared->references, 1);
    return shared;
}

struct shared *shared_ref(struct shared *shared)
{
    atomic_fetch_add(&shared->references, 1);
    return shared;
}

void shared_unref(void *argument)
{
    struct shared *shared = argument;
    if (shared == NULL || atomic_fetch_sub(&shared->references, 1) > 1)
        return;
    json_decref(shared->document);
    free(shared);
}

json_t *shared_document(struct shared *shared)
{
    return shared->document;
}
