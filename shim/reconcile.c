#include "shim/reconcile.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dockerapi/container.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"
#include "shim/base/wait.h"
#include "shim/inventory/inventory.h"
#include "shim/network/resolv_conf.h"
#include "shim/translate/container_status.h"
#include "shim/translate/sandbox_status.h"

enum { FIRST_PAUSE_S = 1, LONGEST_PAUSE_S = 300, SETTLE_PAUSE_S = 15, QUIET_PAUSE_S = 600 };

struct reconcile {
    struct daemon *daemon;
    struct cancel cancel;
    pthread_t thread;
    struct arena *arena; /* of the paths below */
    /* The resolv.conf files that were there before any call: a file that RunPodSandbox makes is
     * older than the sandbox that mounts it, so one that comes later may be in use unseen. */
    const char **files;
    size_t file_count;
};

static bool is_mounted(json_t **sandboxes, size_t count, const char *file)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(sandbox_resolv_conf(sandboxes[i]), file) == 0)
            return true;
    return false;
}

/* Each file is looked at until it is gone. */
static void remove_files(struct reconcile *reconcile, struct arena *arena, json_t **sandboxes,
                         size_t count)
{
    const char *root = reconcile->daemon->settings->root_directory;
    size_t kept = 0;
    for (size_t i = 0; i < reconcile->file_count; i++) {
        struct err err = ERR_INIT;
        const char *file = reconcile->files[i];
        bool used = is_mounted(sandboxes, count, file);
        if (!used && !resolv_conf_remove(arena, root, file, &err))
            log_warn("a file of a pod sandbox that is gone stays: %s", err.text);
        if (used)
            reconcile->files[kept++] = file;
    }
    reconcile->file_count = kept;
}

static bool reconcile_once(struct reconcile *reconcile, struct scope *scope, struct err *err)
{
    struct daemon *daemon = reconcile->daemon;
    struct network_census census;
    json_t **sandboxes;
    size_t count;
    census.known = network_known(daemon->network, scope->arena, &census.known_count);
    if (!inventory_sandboxes(daemon->inventory, scope, &sandboxes, &count, err))
        return false;
    const char **living = arena_array(scope->arena, count, sizeof(*living));
    for (size_t i = 0; i < count; i++)
        living[i] = container_id(sandboxes[i]);
    census.living = living;
    census.living_count = count;
    remove_files(reconcile, scope->arena, sandboxes, count);
    return network_reconcile(daemon->network, scope, &census, err);
}

/* One round; the same failure is told once. */
static bool run_round(struct reconcile *reconcile, struct err *told)
{
    struct scope scope = {.arena = arena_create(), .cancel = &reconcile->cancel};
    struct err err = ERR_INIT;
    bool ok = reconcile_once(reconcile, &scope, &err);
    arena_destroy(scope.arena);
    /* Docker being away is told elsewhere. */
    if (!ok && err.code != CODE_UNAVAILABLE && err.code != CODE_CANCELLED &&
        strcmp(err.text, told->text) != 0)
        log_warn("not all that is left of earlier pod sandboxes could be undone: %s", err.text);
    *told = err;
    return ok;
}

/* How long until the next round. What an earlier life had asked of Docker may still be under way in
 * the first, so it is not the last for long. */
static int64_t pause_s(bool ok, bool is_first_success, int failures)
{
    if (ok)
        return is_first_success ? SETTLE_PAUSE_S : QUIET_PAUSE_S;
    int64_t longer_s = FIRST_PAUSE_S << (failures < 16 ? failures : 16);
    return longer_s < LONGEST_PAUSE_S ? longer_s : LONGEST_PAUSE_S;
}

static void *reconcile_main(void *argument)
{
    struct reconcile *reconcile = argument;
    struct err told = ERR_INIT, ended = ERR_INIT;
    bool succeeded = false;
    int failures = 0; /* in a row */
    for (;;) {
        bool ok = run_round(reconcile, &told);
        if (!wait_for(&reconcile->cancel, pause_s(ok, !succeeded, failures) * NS_PER_S, &ended))
            return NULL;
        succeeded = succeeded || ok;
        failures = ok ? 0 : failures + 1;
    }
}

static void destroy(struct reconcile *reconcile)
{
    cancel_done(&reconcile->cancel);
    arena_destroy(reconcile->arena);
    free(reconcile);
}

struct reconcile *reconcile_begin(struct daemon *daemon, struct err *err)
{
    struct reconcile *reconcile = xcalloc(1, sizeof(*reconcile));
    reconcile->daemon = daemon;
    reconcile->arena = arena_create();
    reconcile->files = resolv_conf_list(reconcile->arena, daemon->settings->root_directory,
                                        &reconcile->file_count);
    cancel_init(&reconcile->cancel, CLOCK_NEVER);
    int result = pthread_create(&reconcile->thread, NULL, reconcile_main, reconcile);
    if (result == 0)
        return reconcile;
    (void)err_errno(err, result, "start a thread");
    destroy(reconcile);
    return NULL;
}

void reconcile_end(struct reconcile *reconcile)
{
    if (reconcile == NULL)
        return;
    cancel_fire(&reconcile->cancel);
    (void)pthread_join(reconcile->thread, NULL); /* it is joinable, and not this thread */
    destroy(reconcile);
}
