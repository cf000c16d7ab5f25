#include "shim/network/config_watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/base/alloc.h"
#include "shim/base/log.h"
#include "shim/network/cni_config.h"
#include "shim/network/config_directory.h"

struct config_watch {
    char *directory, *plugin_directories;
    int inotify_fd; /* -1 where there is none */

    pthread_mutex_t lock;     /* of the fields below */
    struct stat watched;      /* the directory that is watched, by device and inode */
    int directory_wd;         /* -1: nothing is watched, so nothing is known between two looks */
    uint64_t started, stored; /* looks at the directory that have begun; the last one kept here */
    json_t *list;             /* NULL while there is no valid one */
};

struct config_watch *config_watch_create(const char *directory, const char *plugin_directories)
{
    struct config_watch *watch = xcalloc(1, sizeof(*watch));
    watch->directory = xstrdup(directory);
    watch->plugin_directories = xstrdup(plugin_directories);
    watch->directory_wd = -1;
    watch->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->inotify_fd < 0)
        log_warn("%s is read at every question, since the kernel cannot watch it: %s", directory,
                 strerror(errno));
    (void)pthread_mutex_init(&watch->lock, NULL); /* cannot fail with default attributes */
    return watch;
}

void config_watch_destroy(struct config_watch *watch)
{
    if (watch == NULL)
        return;
    if (watch->inotify_fd >= 0)
        (void)close(watch->inotify_fd);
    (void)pthread_mutex_destroy(&watch->lock); /* fails only for a locked one */
    json_decref(watch->list);
    free(watch->directory);
    free(watch->plugin_directories);
    free(watch);
}

/* Takes all events. True if there was any. */
static bool drain_events(struct config_watch *watch)
{
    _Alignas(struct inotify_event) char events[4096];
    bool any = false;
    for (ssize_t got; (got = read(watch->inotify_fd, events, sizeof(events))) > 0; any = true) {
        const struct inotify_event *event;
        for (char *at = events; at < events + got; at += sizeof(*event) + event->len) {
            event = (const void *)at;
            if (event->wd == watch->directory_wd && (event->mask & IN_IGNORED) != 0)
                watch->directory_wd = -1; /* the directory is gone */
        }
    }
    return any;
}

static int add_watch(const struct config_watch *watch, const char *directory)
{
    const unsigned mask = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                          IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    return inotify_add_watch(watch->inotify_fd, directory, mask);
}

/* The path may come to mean another directory (a parent is renamed, a link is turned, something is
 * mounted there) without a word from the one that is watched. */
static bool is_other_directory(const struct config_watch *watch)
{
    struct stat status;
    return stat(watch->directory, &status) != 0 || status.st_dev != watch->watched.st_dev ||
           status.st_ino != watch->watched.st_ino;
}

static void watch_anew(struct config_watch *watch)
{
    if (watch->directory_wd >= 0)
        (void)inotify_rm_watch(watch->inotify_fd, watch->directory_wd);
    watch->directory_wd = add_watch(watch, watch->directory);
    if (watch->directory_wd >= 0 && stat(watch->directory, &watch->watched) != 0)
        watch->watched = (struct stat){0};
}

/* While there is no valid configuration every look is a fresh one: plugin binaries come late. */
static bool is_stale(struct config_watch *watch)
{
    if (watch->inotify_fd < 0)
        return true;
    bool changed = drain_events(watch);
    if (watch->directory_wd < 0 || is_other_directory(watch)) {
        watch_anew(watch);
        changed = true;
    }
    return changed || watch->list == NULL;
}

/* Reads the directory, without the lock. A list whose plugins may stand in a folder of their own is
 * read again once that folder is watched. */
static json_t *load(const struct config_watch *watch, struct err *err)
{
    json_t *list = NULL;
    char folder[4096];
    if (!config_directory_load(watch->directory, watch->plugin_directories, &list, err))
        return NULL;
    int used = snprintf(folder, sizeof(folder), "%s/%s", watch->directory, cni_config_name(list));
    if (watch->inotify_fd < 0 || used >= (int)sizeof(folder) || add_watch(watch, folder) < 0)
        return list;
    json_decref(list);
    return config_directory_load(watch->directory, watch->plugin_directories, &list, err) ? list
                                                                                          : NULL;
}

/* Keeps what a look found, unless a later one was faster. An equal list stays the same document. */
static void store(struct config_watch *watch, uint64_t look, json_t **list)
{
    if (watch->stored > look)
        return;
    watch->stored = look;
    if (*list != NULL && json_equal(*list, watch->list)) {
        json_decref(*list);
        *list = json_incref(watch->list);
        return;
    }
    json_decref(watch->list);
    watch->list = json_incref(*list);
}

bool config_watch_get(struct config_watch *watch, struct arena *arena, json_t **ret_list,
                      struct err *err)
{
    json_t *list = NULL;
    pthread_mutex_lock(&watch->lock);
    bool stale = is_stale(watch);
    uint64_t look = stale ? ++watch->started : 0;
    if (!stale)
        list = json_incref(watch->list);
    pthread_mutex_unlock(&watch->lock);
    if (stale) {
        list = load(watch, err);
        pthread_mutex_lock(&watch->lock);
        store(watch, look, &list);
        pthread_mutex_unlock(&watch->lock);
    }
    *ret_list = list;
    return arena_json(arena, list) != NULL;
}
