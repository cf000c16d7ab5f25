#include "shim/inventory/picture_entry.h"

#include <stdlib.h>
#include <string.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/translate/container_status.h"
#include "shim/translate/event.h"
#include "shim/translate/transition.h"

struct entry **entry_link(struct entry **entries, const char *id)
{
    struct entry **link = entries;
    while (*link != NULL && strcmp((*link)->id, id) != 0)
        link = &(*link)->next;
    return link;
}

struct entry *entry_get(struct entry **entries, const char *id)
{
    struct entry **link = entry_link(entries, id);
    if (*link == NULL) {
        *link = xcalloc(1, sizeof(**link));
        (*link)->id = xstrdup(id);
    }
    return *link;
}

void entry_free(struct entry *entry)
{
    shared_unref(entry->document);
    free(entry->id);
    free(entry);
}

void entry_free_all(struct entry *entries)
{
    for (struct entry *next; entries != NULL; entries = next) {
        next = entries->next;
        entry_free(entries);
    }
}

bool entry_has_state(const struct entry *entry, const char *state)
{
    return entry->document != NULL &&
           strcmp(event_inspected_state(shared_document(entry->document)), state) == 0;
}

static json_t *document_of(struct shared *shared)
{
    return shared != NULL ? shared_document(shared) : NULL;
}

static struct shared *sandbox_of(struct entry *entries, struct shared *container)
{
    if (container_is_sandbox(shared_document(container)))
        return container;
    const char *id = container_sandbox_id(shared_document(container));
    const struct entry *sandbox = *entry_link(&entries, id);
    return sandbox != NULL ? sandbox->document : NULL;
}

size_t entry_tell(struct entry *entries, const struct entry *entry, struct shared *document,
                  struct watch *watches)
{
    Cri__ContainerEventType types[TRANSITION_MAX];
    size_t count = transition_find(document_of(entry->document), document_of(document), types);
    if (count == 0 || watches == NULL)
        return count;
    struct shared *container = document != NULL ? document : entry->document;
    struct watch_event event = {.time_ns = clock_real_ns(),
                                .container = container,
                                .sandbox = sandbox_of(entries, container)};
    for (struct watch *watch = watches; watch != NULL; watch = watch->next) {
        for (size_t i = 0; i < count; i++) {
            event.type = types[i];
            watch_put(watch, &event);
        }
    }
    return count;
}
