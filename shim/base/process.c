#include "shim/base/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "shim/base/alloc.h"
#include "shim/base/cleanup.h"
#include "shim/base/file.h"

enum { PROC_FILE_MAX = 1 << 20 };

struct process {
    int64_t pid, parent, session;
    bool zombie, chosen;
};

struct process_list {
    struct process *items;
    size_t count;
};

/* /proc/PID/stat: the name stands in parentheses and may hold anything, so fields count from the
 * last
 * ')': state, ppid, pgrp, session. */
static bool read_process(const char *pid, struct process *ret_process)
{
    char path[64], text[1024];
    (void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    size_t length = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file); /* it was only read */
    text[length] = '\0';
    const char *after_name = strrchr(text, ')');
    char state;
    *ret_process = (struct process){.pid = strtoll(pid, NULL, 10)};
    if (after_name == NULL || sscanf(after_name + 1, " %c %" SCNd64 " %*d %" SCNd64, &state,
                                     &ret_process->parent, &ret_process->session) != 3)
        return false;
    ret_process->zombie = state == 'Z' || state == 'X';
    return true;
}

static int by_pid(const void *left, const void *right)
{
    const struct process *a = left, *b = right;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

static struct process_list list_processes(void)
{
    struct process_list list = {0};
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        return list;
    size_t capacity = 0;
    for (const struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        struct process process;
        if (!isdigit((unsigned char)entry->d_name[0]) || !read_process(entry->d_name, &process))
            continue;
        if (list.count == capacity) {
            capacity = capacity > 0 ? capacity * 2 : 256;
            list.items = xrealloc(list.items, capacity * sizeof(*list.items));
        }
        list.items[list.count++] = process;
    }
    (void)closedir(proc); /* it was only read */
    if (list.count > 0)
        qsort(list.items, list.count, sizeof(*list.items), by_pid);
    return list;
}

static bool is_chosen(const struct process_list *list, int64_t pid)
{
    if (list->count == 0)
        return false;
    struct process key = {.pid = pid};
    const struct process *found = bsearch(&key, list->items, list->count, sizeof(key), by_pid);
    return found != NULL && found->chosen;
}

/* Marks the root, its session and all descendants; returns how many live ones there are. */
static size_t choose_tree(struct process_list *list, int64_t root)
{
    size_t alive = 0;
    bool changed = true;
    while (changed) {
        changed = false;
        for (size_t i = 0; i < list->count; i++) {
            struct process *process = &list->items[i];
            if (process->chosen || (process->pid != root && process->session != root &&
                                    !is_chosen(list, process->parent)))
                continue;
            process->chosen = changed = true;
            alive += !process->zombie;
        }
    }
    return alive;
}

void process_kill_tree(int64_t pid)
{
    /* Each round kills everything it sees; a fork that a round missed is a child that the next one
     * finds. A bomb that outruns us is bounded by the number of rounds. */
    enum { ROUNDS = 64 };
    size_t alive = pid > 1;
    for (int round = 0; round < ROUNDS && alive > 0; round++) {
        struct process_list list = list_processes();
        alive = choose_tree(&list, pid);
        /* Stopped first, so that a parent cannot fork while its children die. */
        for (int step = 0; step < 2; step++)
            for (size_t i = 0; i < list.count; i++)
                if (list.items[i].chosen && !list.items[i].zombie)
                    (void)kill((pid_t)list.items[i].pid, step == 0 ? SIGSTOP : SIGKILL);
        free(list.items);
    }
}

/* The numbers after "Name:" in /proc/PID/status. */
static size_t status_numbers(const char *status, const char *name, int64_t *numbers, size_t max)
{
    char key[32];
    (void)snprintf(key, sizeof(key), "\n%s:", name);
    const char *at = strstr(status, key);
    if (at == NULL)
        return 0;
    at += strlen(key);
    size_t count = 0;
    for (;;) {
        while (*at == ' ' || *at == '\t')
            at++;
        if (!isdigit((unsigned char)*at))
            return count;
        char *end;
        int64_t number = strtoll(at, &end, 10);
        if (count < max)
            numbers[count] = number;
        count++;
        at = end;
    }
}

bool process_user(struct arena *arena, int64_t pid, struct process_user *ret_user, struct err *err)
{
    char *status;
    size_t length;
    const char *path = arena_printf(arena, "/proc/%" PRId64 "/status", pid);
    if (!file_read(arena, path, PROC_FILE_MAX, &status, &length, err))
        return false;
    /* real, effective, saved, file system */
    int64_t uids[4], gids[4];
    if (status_numbers(status, "Uid", uids, 4) != 4 || status_numbers(status, "Gid", gids, 4) != 4)
        return err_set(err, CODE_INTERNAL, "%s has no Uid and Gid lines", path);
    size_t count = status_numbers(status, "Groups", NULL, 0);
    int64_t *groups = arena_array(arena, count, sizeof(*groups));
    (void)status_numbers(status, "Groups", groups, count);
    *ret_user = (struct process_user){
        .uid = uids[1], .gid = gids[1], .groups = groups, .group_count = count};
    return true;
}
