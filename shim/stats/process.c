#include "shim/stats/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim/stats/kernel_file.h"

/* How far below a container its own cgroups are looked at. */
enum { DEPTH_MAX = 8 };

struct pid_list {
    int64_t *pids;
    size_t count, capacity;
};

static void append(struct arena *arena, struct pid_list *list, int64_t pid)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        int64_t *larger = arena_array(arena, list->capacity, sizeof(*larger));
        if (list->count > 0)
            memcpy(larger, list->pids, list->count * sizeof(*larger));
        list->pids = larger;
    }
    list->pids[list->count++] = pid;
}

static void collect(struct arena *arena, const char *directory, int depth, struct pid_list *list)
{
    const char *text = kernel_file(arena, directory, "cgroup.procs");
    if (text == NULL)
        return;
    for (char *end; *text != '\0'; text = end + (*end == '\n')) {
        int64_t pid = strtoll(text, &end, 10);
        if (end == text)
            break;
        append(arena, list, pid);
    }
    DIR *entries = depth < DEPTH_MAX ? opendir(directory) : NULL;
    if (entries == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            collect(arena, arena_printf(arena, "%s/%s", directory, entry->d_name), depth + 1, list);
    (void)closedir(entries); /* it was only read */
}

/* Any hierarchy of version 1 will do: runc puts a container into all of them. */
size_t process_list(struct arena *arena, const struct place *place, int64_t **ret_pids)
{
    static const enum controller tried[] = {CONTROLLER_PIDS, CONTROLLER_MEMORY, CONTROLLER_CPU};
    struct pid_list list = {0};
    for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]) && list.count == 0; i++)
        if (place->of[tried[i]].directory != NULL)
            collect(arena, place->of[tried[i]].directory, 0, &list);
    *ret_pids = list.pids;
    return list.count;
}

static void count_files(const char *directory, struct process_files *files)
{
    DIR *entries = opendir(directory);
    if (entries == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        char target[sizeof("socket:")];
        if (entry->d_name[0] == '.')
            continue;
        files->open++;
        ssize_t length = readlinkat(dirfd(entries), entry->d_name, target, sizeof(target));
        files->sockets += length == (ssize_t)sizeof(target) && memcmp(target, "socket:", 7) == 0;
    }
    (void)closedir(entries); /* it was only read */
}

struct process_files process_files(struct arena *arena, const char *fs_root, const int64_t *pids,
                                   size_t count)
{
    struct process_files files = {0};
    for (size_t i = 0; i < count; i++)
        count_files(arena_printf(arena, "%s/proc/%" PRId64 "/fd", fs_root, pids[i]), &files);
    return files;
}

struct figure process_files_limit(struct arena *arena, const char *fs_root, int64_t pid)
{
    const char *text =
        kernel_file(arena, arena_printf(arena, "%s/proc/%" PRId64, fs_root, pid), "limits");
    return text != NULL ? kernel_soft_limit(text, "Max open files") : (struct figure){0};
}
