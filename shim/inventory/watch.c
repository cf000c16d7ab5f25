#include "shim/inventory/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "shim/base/alloc.h"

struct watch *watch_create(struct err *err)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        (void)err_errno(err, errno, "eventfd");
        return NULL;
    }
    struct watch *watch = xcalloc(1, sizeof(*watch));
    watch->fd = fd;
    return watch;
}

void watch_event_free(void *argument)
{
    struct watch_event *event = argument;
    shared_unref(event->container);
    shared_unref(event->sandbox);
    free(event);
}

static void clear(struct watch *watch)
{
    for (struct watch_event *event = watch->first, *next; event != NULL; event = next) {
        next = event->next;
        watch_event_free(event);
    }
    watch->first = watch->last = NULL;
    watch->count = 0;
}

void watch_destroy(struct watch *watch)
{
    if (watch == NULL)
        return;
    clear(watch);
    (void)close(watch->fd); /* the descriptor is gone whatever close says */
    free(watch);
}

void watch_put(struct watch *watch, const struct watch_event *event)
{
    (void)eventfd_write(watch->fd, 1); /* fails only if it is signalled already */
    if (watch->count >= WATCH_EVENTS_MAX) {
        watch->overrun = true;
        clear(watch);
    }
    if (watch->overrun)
        return;
    struct watch_event *copy = xmalloc(sizeof(*copy));
    *copy = *event;
    copy->next = NULL;
    (void)shared_ref(copy->container);
    if (copy->sandbox != NULL)
        (void)shared_ref(copy->sandbox);
    if (watch->last != NULL)
        watch->last->next = copy;
    else
        watch->first = copy;
    watch->last = copy;
    watch->count++;
}

bool watch_take(struct watch *watch, struct watch_event **ret_event, struct err *err)
{
    eventfd_t ignored;
    if (watch->overrun)
        return err_set(err, CODE_RESOURCE_EXHAUSTED,
                       "the watcher fell behind by more than %d events", (int)WATCH_EVENTS_MAX);
    struct watch_event *event = watch->first;
    if (event == NULL) {
        (void)eventfd_read(watch->fd, &ignored); /* fails if it is not signalled: as it should be */
    } else {
        watch->first = event->next;
        watch->last = watch->first == NULL ? NULL : watch->last;
        watch->count--;
    }
    *ret_event = event;
    return true;
}
