/* Cleaning up after sandboxes that are gone. */
#include "shim/network/cni.h"

#include <dirent.h>
#include <string.h>

#include "shim/base/clock.h"
#include "shim/base/log.h"
#include "shim/network/cni_config.h"

/* The hexadecimal digits that a file's name begins with: pins are called by the id alone, records
 * "<id>.json", and what an interrupted write left "<id>.json.tmp". NULL for what is none of these.
 */
static const char *id_of(struct arena *arena, const char *name)
{
    static const char *const endings[] = {"", ".json", ".json.tmp"};
    size_t length = strspn(name, "0123456789abcdef");
    for (size_t i = 0; length > 0 && i < sizeof(endings) / sizeof(endings[0]); i++)
        if (strcmp(name + length, endings[i]) == 0)
            return arena_strndup(arena, name, length);
    return NULL;
}

/* Adds the directory's ids as keys. A missing directory has none. */
static void add_ids(json_t *ids, struct arena *arena, const char *directory)
{
    DIR *files = opendir(directory);
    if (files == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(files)) != NULL;) {
        const char *id = id_of(arena, entry->d_name);
        if (id != NULL)
            (void)json_object_set_new(ids, id, json_true());
    }
    (void)closedir(files); /* it was only read */
}

const char **cni_known(void *state, struct arena *arena, size_t *ret_count)
{
    const struct cni *cni = state;
    json_t *ids = arena_json(arena, json_object()), *ignored;
    add_ids(ids, arena, cni_intent_directory(cni, arena));
    add_ids(ids, arena, cni_result_directory(cni, arena));
    add_ids(ids, arena, cni_pin_directory(cni, arena));
    const char **list = arena_array(arena, json_object_size(ids), sizeof(*list)), *id;
    *ret_count = 0;
    json_object_foreach (ids, id, ignored) {
        list[(*ret_count)++] = arena_strdup(arena, id);
    }
    return list;
}

static json_t *id_set(struct arena *arena, const char *const *ids, size_t count)
{
    json_t *set = arena_json(arena, json_object());
    for (size_t i = 0; i < count; i++)
        (void)json_object_set_new(set, ids[i], json_true());
    return set;
}

static void add_valid(json_t *valid, const char *id)
{
    (void)json_array_append_new(
        valid, json_pack("{s:s, s:s}", "containerID", id, "ifname", CNI_INTERFACE));
}

/* Every attachment that is or may be somebody's: those of our records, and all living sandboxes,
 * for adopted ones have no record. */
static json_t *valid_attachments(struct cni *cni, struct arena *arena, json_t *living)
{
    json_t *valid = arena_json(arena, json_array()), *ignored;
    const char *id;
    json_object_foreach (living, id, ignored) {
        add_valid(valid, id);
    }
    size_t count;
    const char **ids = attachment_records_ids(cni->records, arena, &count);
    for (size_t i = 0; i < count; i++)
        if (json_object_get(living, ids[i]) == NULL)
            add_valid(valid, ids[i]);
    return valid;
}

static bool is_collected(struct cni *cni)
{
    pthread_mutex_lock(&cni->lock);
    bool collected = cni->collected;
    pthread_mutex_unlock(&cni->lock);
    return collected;
}

static void set_collected(struct cni *cni)
{
    pthread_mutex_lock(&cni->lock);
    cni->collected = true;
    pthread_mutex_unlock(&cni->lock);
}

/* Once in the daemon's life. Pods that are to come wait as long as this runs, so it gets little
 * time, and waits little itself. */
static bool collect_garbage(struct cni *cni, struct scope *scope, json_t *living, struct err *err)
{
    const int64_t wait_ns = 10 * NS_PER_S, limit_ns = 30 * NS_PER_S;
    json_t *list;
    struct err ignored = ERR_INIT;
    if (is_collected(cni) || !config_watch_get(cni->config, scope->arena, &list, &ignored) ||
        !cni_config_at_least(list, 1, 1))
        return true; /* nobody to ask */
    struct cancel patience;
    cancel_init(&patience, clock_mono_ns() + wait_ns);
    bool alone = gate_enter(cni->gate, &patience, true, err);
    cancel_done(&patience);
    if (!alone)
        return false;
    struct cni_network network = cni_network_of(cni, scope->arena, list, limit_ns);
    bool ok = cni_gc(scope, &network, valid_attachments(cni, scope->arena, living), err);
    gate_leave(cni->gate, true);
    if (ok)
        set_collected(cni);
    return ok;
}

bool cni_reconcile(void *state, struct scope *scope, const struct network_census *census,
                   struct err *err)
{
    struct cni *cni = state;
    json_t *living = id_set(scope->arena, census->living, census->living_count);
    bool ok = true;
    for (size_t i = 0; i < census->known_count; i++) {
        const char *id = census->known[i];
        if (json_object_get(living, id) != NULL)
            continue;
        struct err failure = ERR_INIT;
        if (cni_teardown(cni, scope, id, NULL, &failure)) {
            log_info("cleaned up the network of pod sandbox %s, which is gone", id);
            continue;
        }
        ok = err_set(err, failure.code, "network of pod sandbox %s, which is gone: %s", id,
                     failure.text);
    }
    return collect_garbage(cni, scope, living, ok ? err : &(struct err)ERR_INIT) && ok;
}
