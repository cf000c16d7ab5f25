/* What the picture knows of one container. For picture.c alone, which calls all of it under its
 * lock. */
#ifndef SHIM_INVENTORY_PICTURE_ENTRY_H
#define SHIM_INVENTORY_PICTURE_ENTRY_H

#include "dockerapi/shared.h"
#include "shim/inventory/watch.h"

struct entry {
    struct entry *next;
    char *id;
    struct shared *document; /* NULL until the first answer, and when it is gone */
    uint64_t ticket;         /* of the question that the document answers */
    uint64_t marked;         /* the last ticket before something was heard of it */
    uint64_t taken;          /* of the question that picture_take() began; 0 for none */
    int askers;              /* questions under way */
    bool dirty;              /* to be asked about */
    bool loading;            /* readers wait for it */
    bool quiet;              /* that it is there is not worth an event */
    bool audited;            /* an audit made it dirty, no event */
    bool listed;             /* by the audit under way */
    int failures;
    int64_t not_before_ns; /* monotonic; of the next question */
};

/* Where the entry is linked, or would be. */
struct entry **entry_link(struct entry **entries, const char *id);
struct entry *entry_get(struct entry **entries, const char *id); /* made if there is none */
void entry_free(struct entry *entry);
void entry_free_all(struct entry *entries);

bool entry_has_state(const struct entry *entry, const char *state);

/* Tells the watches what the change to a document (or to none) means, and returns how many events
 * that is. */
size_t entry_tell(struct entry *entries, const struct entry *entry, struct shared *document,
                  struct watch *watches);

#endif
