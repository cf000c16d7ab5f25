#include "shim/logs/logs.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "shim/base/alloc.h"
#include "shim/base/arena.h"
#include "shim/base/file.h"
#include "shim/base/log.h"
#include "shim/logs/follower.h"

/* One followed container. Its fields are under the lock of struct logs; the follower has its own.
 */
struct entry {
    struct entry *next;
    char *id;
    struct follower *follower;
    int watch; /* of its input; -1 for none */
    int users; /* threads that work with it, outside the lock */
    bool ready, stuck, removed;
};

struct logs {
    char *directory;
    int inotify_fd, wake_fd;
    pthread_t thread;
    pthread_mutex_t lock;
    struct entry *entries;
    bool stopping;
};

static void entry_free(struct entry *entry)
{
    follower_destroy(entry->follower);
    free(entry->id);
    free(entry);
}

/* The lock is held. */
static struct entry *entry_find(struct logs *logs, const char *id)
{
    for (struct entry *entry = logs->entries; entry != NULL; entry = entry->next)
        if (strcmp(entry->id, id) == 0)
            return entry;
    return NULL;
}

static struct entry *entry_take(struct logs *logs, const char *id)
{
    pthread_mutex_lock(&logs->lock);
    struct entry *entry = entry_find(logs, id);
    if (entry != NULL)
        entry->users++;
    pthread_mutex_unlock(&logs->lock);
    return entry;
}

static void entry_put(struct logs *logs, struct entry *entry)
{
    pthread_mutex_lock(&logs->lock);
    bool last = --entry->users == 0 && entry->removed;
    pthread_mutex_unlock(&logs->lock);
    if (last)
        entry_free(entry);
}

/* The lock is held. */
static void unwatch(struct logs *logs, struct entry *entry)
{
    if (entry->watch >= 0)
        (void)inotify_rm_watch(logs->inotify_fd, entry->watch); /* its file may be gone already */
    entry->watch = -1;
    entry->ready = entry->stuck = false;
}

static void mark_ready(struct logs *logs, int watch)
{
    for (struct entry *entry = logs->entries; entry != NULL; entry = entry->next)
        if (entry->watch == watch || watch < 0) /* -1: the kernel's queue has overflowed */
            entry->ready = entry->watch >= 0;
}

static void read_events(struct logs *logs)
{
    _Alignas(struct inotify_event) char events[16384];
    ssize_t got = read(logs->inotify_fd, events, sizeof(events));
    const struct inotify_event *event;
    pthread_mutex_lock(&logs->lock);
    for (char *at = events; got > 0 && at < events + got; at += sizeof(*event) + event->len) {
        event = (const void *)at;
        mark_ready(logs, event->wd);
    }
    pthread_mutex_unlock(&logs->lock);
}

/* Takes the entries that want a step now; with `retry` also those that were stuck. */
static struct entry **take_ready(struct logs *logs, bool retry, size_t *ret_count)
{
    size_t count = 0;
    pthread_mutex_lock(&logs->lock);
    for (struct entry *entry = logs->entries; entry != NULL; entry = entry->next)
        count += entry->ready || (retry && entry->stuck);
    struct entry **taken = count > 0 ? xcalloc(count, sizeof(struct entry *)) : NULL;
    count = 0;
    for (struct entry *entry = logs->entries; entry != NULL; entry = entry->next) {
        if (!entry->ready && !(retry && entry->stuck))
            continue;
        entry->ready = entry->stuck = false;
        entry->users++;
        taken[count++] = entry;
    }
    pthread_mutex_unlock(&logs->lock);
    *ret_count = count;
    return taken;
}

static void set_progress(struct logs *logs, struct entry *entry, enum follower_progress progress)
{
    pthread_mutex_lock(&logs->lock);
    if (entry->watch >= 0) {
        entry->ready = entry->ready || progress == FOLLOWER_MORE;
        entry->stuck = progress == FOLLOWER_STUCK;
    }
    pthread_mutex_unlock(&logs->lock);
}

/* Gives every entry that is ready one step. True if some are to go on at once. */
static bool step_all(struct logs *logs, bool retry, bool *ret_stuck)
{
    size_t count;
    bool more = false;
    struct entry **taken = take_ready(logs, retry, &count);
    for (size_t i = 0; i < count; i++) {
        enum follower_progress progress = follower_step(taken[i]->follower);
        set_progress(logs, taken[i], progress);
        more = more || progress == FOLLOWER_MORE;
        *ret_stuck = *ret_stuck || progress == FOLLOWER_STUCK;
        entry_put(logs, taken[i]);
    }
    free(taken);
    return more;
}

static bool is_stopping(struct logs *logs)
{
    pthread_mutex_lock(&logs->lock);
    bool stopping = logs->stopping;
    pthread_mutex_unlock(&logs->lock);
    return stopping;
}

static void *run(void *argument)
{
    enum { RETRY_MS = 1000 };
    struct logs *logs = argument;
    bool more = false, stuck = false;
    while (!is_stopping(logs)) {
        struct pollfd polled[] = {{.fd = logs->inotify_fd, .events = POLLIN},
                                  {.fd = logs->wake_fd, .events = POLLIN}};
        bool timed_out = poll(polled, 2, more ? 0 : stuck ? RETRY_MS : -1) == 0;
        eventfd_t ignored;
        if (polled[1].revents != 0)
            (void)eventfd_read(logs->wake_fd, &ignored);
        if (polled[0].revents != 0)
            read_events(logs);
        bool retry = stuck && timed_out && !more;
        stuck = stuck && !retry;
        more = step_all(logs, retry, &stuck);
    }
    return NULL;
}

static void wake(struct logs *logs)
{
    (void)eventfd_write(logs->wake_fd, 1); /* fails only if it is signalled already */
}

struct logs *logs_create(const char *directory, struct err *err)
{
    if (!file_make_directories(directory, 0700, err))
        return NULL;
    struct logs *logs = xcalloc(1, sizeof(*logs));
    logs->directory = xstrdup(directory);
    logs->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    logs->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    (void)pthread_mutex_init(&logs->lock, NULL); /* cannot fail with default attributes */
    int result = logs->inotify_fd < 0 || logs->wake_fd < 0
                     ? errno
                     : pthread_create(&logs->thread, NULL, run, logs);
    if (result == 0)
        return logs;
    (void)err_errno(err, result, "container logs");
    if (logs->inotify_fd >= 0)
        (void)close(logs->inotify_fd);
    if (logs->wake_fd >= 0)
        (void)close(logs->wake_fd);
    (void)pthread_mutex_destroy(&logs->lock);
    free(logs->directory);
    free(logs);
    return NULL;
}

void logs_destroy(struct logs *logs)
{
    if (logs == NULL)
        return;
    pthread_mutex_lock(&logs->lock);
    logs->stopping = true;
    pthread_mutex_unlock(&logs->lock);
    wake(logs);
    (void)pthread_join(logs->thread, NULL); /* ours alone */
    for (struct entry *entry = logs->entries, *next; entry != NULL; entry = next) {
        next = entry->next;
        entry_free(entry);
    }
    (void)close(logs->inotify_fd);
    (void)close(logs->wake_fd);
    (void)pthread_mutex_destroy(&logs->lock); /* fails only for a locked one */
    free(logs->directory);
    free(logs);
}

/* Adds the entry unless another thread was faster. */
static bool entry_add(struct logs *logs, struct entry *entry)
{
    pthread_mutex_lock(&logs->lock);
    bool added = entry_find(logs, entry->id) == NULL;
    if (added) {
        entry->next = logs->entries;
        logs->entries = entry;
        entry->ready = true;
    }
    pthread_mutex_unlock(&logs->lock);
    return added;
}

bool logs_follow(struct logs *logs, const struct logs_container *container, struct err *err)
{
    struct entry *known = entry_take(logs, container->id);
    if (known != NULL) {
        entry_put(logs, known);
        return true;
    }
    struct arena *arena = arena_create();
    struct follower_options options = {
        .id = container->id,
        .input_path = container->input_path,
        .output_root = container->output_root,
        .output_path = container->output_path,
        .checkpoint_path = arena_printf(arena, "%s/%s", logs->directory, container->id),
    };
    struct follower *follower = follower_create(&options, err);
    arena_destroy(arena);
    if (follower == NULL)
        return false;
    struct entry *entry = xcalloc(1, sizeof(*entry));
    entry->id = xstrdup(container->id);
    entry->follower = follower;
    entry->watch = inotify_add_watch(logs->inotify_fd, container->input_path, IN_MODIFY);
    if (entry->watch < 0 && errno != ENOENT) {
        int errnum = errno;
        entry_free(entry);
        return err_errno(err, errnum, "watch %s", container->input_path);
    }
    if (!entry_add(logs, entry))
        entry_free(entry);
    wake(logs);
    return true;
}

bool logs_settle(struct logs *logs, const char *id, bool ended, struct err *err)
{
    struct entry *entry = entry_take(logs, id);
    if (entry == NULL)
        return true;
    bool ok = ended ? follower_finish(entry->follower, err) : follower_drain(entry->follower, err);
    if (ok && ended) {
        pthread_mutex_lock(&logs->lock);
        unwatch(logs, entry);
        pthread_mutex_unlock(&logs->lock);
    }
    entry_put(logs, entry);
    return ok;
}

bool logs_reopen(struct logs *logs, const char *id, struct err *err)
{
    struct entry *entry = entry_take(logs, id);
    if (entry == NULL)
        return err_set(err, CODE_NOT_FOUND, "the log of container %s is not written by us", id);
    bool ok = follower_reopen(entry->follower, err);
    entry_put(logs, entry);
    return ok;
}

static struct entry *entry_unlink(struct logs *logs, const char *id)
{
    struct entry *found = NULL;
    pthread_mutex_lock(&logs->lock);
    for (struct entry **link = &logs->entries; *link != NULL; link = &(*link)->next) {
        if (strcmp((*link)->id, id) != 0)
            continue;
        found = *link;
        *link = found->next;
        found->removed = true;
        found->users++;
        unwatch(logs, found);
        break;
    }
    pthread_mutex_unlock(&logs->lock);
    return found;
}

void logs_forget(struct logs *logs, const char *id)
{
    struct err err = ERR_INIT;
    struct entry *entry = entry_unlink(logs, id);
    if (entry != NULL) {
        if (!follower_finish(entry->follower, &err))
            log_error("the log of container %s, which is removed, stays incomplete: %s", id,
                      err.text);
        entry_put(logs, entry);
    }
    struct arena *arena = arena_create();
    if (!file_remove(arena_printf(arena, "%s/%s", logs->directory, id), &err))
        log_warn("log checkpoint of container %s: %s", id, err.text);
    arena_destroy(arena);
}
