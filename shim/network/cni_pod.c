/* Attaching and detaching pods. What is begun is on record first, and what is on record is undone
 * until that has worked. */
#include "shim/network/cni.h"

#include <string.h>

#include "shim/base/clock.h"
#include "shim/base/log.h"
#include "shim/network/cni_cache.h"
#include "shim/network/cni_config.h"
#include "shim/network/cni_request.h"
#include "shim/network/cni_result.h"
#include "shim/network/leftover.h"
#include "shim/network/netns.h"
#include "shim/translate/container_status.h"
#include "shim/translate/sandbox_status.h"

/* CNI: "Must start with an alphanumeric character, optionally followed by any combination of […]
 * alphanumeric characters, underscore, dot or hyphen". It becomes part of paths. */
static bool is_container_id(const char *id)
{
    size_t length = strlen(id);
    return length > 0 && length <= 128 && strchr("_.-", id[0]) == NULL &&
           strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
               length;
}

/* What is the same for every run of plugins. */
static void complete(const struct cni *cni, struct cni_attachment *attachment)
{
    attachment->plugin_directories = cni->settings->cni_bin_dir;
    attachment->timeout_ns = cni->settings->cni_timeout_ns;
}

/* Drops the pin and all that is kept of a sandbox to which nothing is attached. */
static bool forget(struct cni *cni, struct arena *arena, const char *id, struct err *err)
{
    return netns_unpin(cni_pin_path(cni, arena, id), err) &&
           attachment_records_remove(cni->records, arena, id, err);
}

/* Undoes ADD and forgets it; the record stays until that has worked, so that it can be repeated. */
static bool detach(struct cni *cni, struct scope *scope, struct cni_attachment *attachment,
                   json_t *result, struct err *err)
{
    complete(cni, attachment);
    if (!gate_enter(cni->gate, scope->cancel, false, err))
        return false;
    bool ok = cni_del(scope, attachment, result, err);
    gate_leave(cni->gate, false);
    return ok && cni_cache_remove(scope->arena, cni->settings->cni_cache_dir, attachment, err) &&
           forget(cni, scope->arena, attachment->container_id, err);
}

struct keep_context {
    struct cni *cni;
    struct arena *arena;
    const char *id;
};

static bool keep_result(void *argument, json_t *result, struct err *err)
{
    const struct keep_context *context = argument;
    return attachment_records_answer(context->cni->records, context->arena, context->id, result,
                                     false, err);
}

static bool add(struct cni *cni, struct scope *scope, const struct cni_attachment *attachment,
                struct err *err)
{
    struct arena *arena = scope->arena;
    const char *id = attachment->container_id;
    struct keep_context context = {.cni = cni, .arena = arena, .id = id};
    const struct cni_keeper keeper = {.keep = keep_result, .context = &context};
    json_t *result;
    return cni_add(scope, attachment, &keeper, &result, err) && cni_result_check(result, err) &&
           cni_cache_write(arena, cni->settings->cni_cache_dir, attachment, result, err) &&
           attachment_records_answer(cni->records, arena, id, result, true, err);
}

/* The undoing has a time of its own: that of the call may be what ran out. */
static void undo(struct cni *cni, struct arena *arena, const char *id)
{
    const int64_t spare_ns = 30 * NS_PER_S;
    struct err err = ERR_INIT;
    struct cancel cancel;
    struct scope scope = {.arena = arena, .cancel = &cancel};
    struct attachment_record record;
    cancel_init(&cancel, clock_mono_ns() + cni->settings->cni_timeout_ns + spare_ns);
    if (attachment_records_get(cni->records, arena, id, &record) &&
        !detach(cni, &scope, &record.attachment, record.result, &err))
        log_warn("network of pod sandbox %s is still to be undone: %s", id, err.text);
    cancel_done(&cancel);
}

/* Drops what was prepared before any plugin ran. */
static bool give_up(struct cni *cni, struct arena *arena, const char *id)
{
    struct err err = ERR_INIT;
    if (!forget(cni, arena, id, &err))
        log_warn("namespace of pod sandbox %s is still to be unpinned: %s", id, err.text);
    return false;
}

static bool attach(struct cni *cni, struct scope *scope, const json_t *sandbox,
                   struct cni_attachment *attachment, struct err *err)
{
    struct arena *arena = scope->arena;
    const char *id = attachment->container_id, *pin = attachment->netns;
    complete(cni, attachment);
    if (!attachment_records_begin(cni->records, arena, attachment, err) ||
        !netns_pin(pin, container_pid(sandbox), err) || !netns_loopback_up(pin, err) ||
        !gate_enter(cni->gate, scope->cancel, false, err))
        return give_up(cni, arena, id);
    bool ok = add(cni, scope, attachment, err);
    gate_leave(cni->gate, false);
    if (!ok)
        undo(cni, arena, id);
    return ok;
}

static bool setup_locked(struct cni *cni, struct scope *scope, const json_t *sandbox,
                         const Cri__PodSandboxConfig *config, struct err *err)
{
    struct arena *arena = scope->arena;
    const char *id = container_id(sandbox);
    json_t *list, *capabilities;
    if (!is_container_id(id))
        return err_set(err, CODE_INVALID_ARGUMENT, "\"%.128s\" is no container id", id);
    if (!cni_config_usable(cni, arena, &list, err) ||
        !cni_request_capabilities(arena, config, cni_pod_cidr(cni, arena), &capabilities, err))
        return false;
    struct cni_attachment attachment = {
        .list = list,
        .container_id = id,
        .netns = cni_pin_path(cni, arena, id),
        .interface = CNI_INTERFACE,
        .arguments = cni_request_arguments(arena, translate_sandbox_metadata(arena, sandbox), id),
        .capabilities = capabilities,
    };
    return attach(cni, scope, sandbox, &attachment, err);
}

/* A lock is held as long as its arena lives; that of the call goes on to live after this, and may
 * well want the sandbox again. */
static bool begin(struct cni *cni, const struct scope *outer, const char *id,
                  struct scope *ret_scope, struct err *err)
{
    *ret_scope = (struct scope){.arena = arena_create(), .cancel = outer->cancel};
    return keylock_take(cni->sandboxes, ret_scope, id, err);
}

bool cni_setup(void *state, struct scope *scope, const json_t *sandbox,
               const Cri__PodSandboxConfig *config, struct err *err)
{
    struct scope inner;
    bool ok = begin(state, scope, container_id(sandbox), &inner, err) &&
              setup_locked(state, &inner, sandbox, config, err);
    arena_destroy(inner.arena);
    return ok;
}

/* The namespace that a sandbox still has: its pin, else that of its pause container, else none. It
 * is never the node's. */
static const char *living_netns(struct arena *arena, const char *pin, const json_t *sandbox)
{
    int64_t pid = sandbox != NULL ? container_pid(sandbox) : 0;
    const char *of_pause = netns_of_process(arena, pid);
    const char *path = netns_exists(pin) ? pin : pid > 0 && netns_exists(of_pause) ? of_pause : "";
    return netns_is_own(path) ? "" : path;
}

static bool detach_recorded(struct cni *cni, struct scope *scope, struct attachment_record *record,
                            const json_t *sandbox, struct err *err)
{
    struct arena *arena = scope->arena;
    struct cni_attachment *attachment = &record->attachment, cached;
    json_t *result = record->result;
    struct err ignored = ERR_INIT; /* it is only asked for what a reboot took from the record */
    if (record->inherited &&
        !leftover_wait(scope, attachment->container_id, cni->settings->cni_timeout_ns, err))
        return false;
    if (result == NULL)
        (void)cni_cache_find(arena, cni->settings->cni_cache_dir, attachment->container_id,
                             attachment->interface, &cached, &result, &ignored);
    attachment->netns = living_netns(arena, attachment->netns, sandbox);
    return detach(cni, scope, attachment, result, err);
}

/* A pod that another runtime attached: its cached result knows how, else today's configuration is
 * the best guess while the namespace lives. False if nothing seems to be attached. */
static bool find_adopted(struct cni *cni, struct arena *arena, const char *id,
                         const json_t *sandbox, struct cni_attachment *ret_attachment,
                         json_t **ret_result)
{
    struct err ignored = ERR_INIT; /* what nobody attached needs no undoing */
    const char *netns = living_netns(arena, cni_pin_path(cni, arena, id), sandbox);
    json_t *list;
    *ret_result = NULL;
    if (cni_cache_find(arena, cni->settings->cni_cache_dir, id, CNI_INTERFACE, ret_attachment,
                       ret_result, &ignored)) {
        ret_attachment->netns = netns;
        return true;
    }
    if (netns[0] == '\0' || sandbox == NULL || !sandbox_is_adopted(sandbox) ||
        !config_watch_get(cni->config, arena, &list, &ignored))
        return false;
    *ret_attachment = (struct cni_attachment){
        .list = list,
        .container_id = id,
        .netns = netns,
        .interface = CNI_INTERFACE,
        .arguments = cni_request_arguments(arena, translate_sandbox_metadata(arena, sandbox), id),
        .capabilities = arena_json(arena, json_object()),
    };
    return true;
}

static bool teardown_locked(struct cni *cni, struct scope *scope, const char *id,
                            const json_t *sandbox, struct err *err)
{
    struct attachment_record record;
    struct cni_attachment attachment;
    json_t *result;
    if (attachment_records_get(cni->records, scope->arena, id, &record))
        return detach_recorded(cni, scope, &record, sandbox, err);
    if (find_adopted(cni, scope->arena, id, sandbox, &attachment, &result))
        return detach(cni, scope, &attachment, result, err);
    return forget(cni, scope->arena, id, err);
}

bool cni_teardown(void *state, struct scope *scope, const char *sandbox_id, const json_t *sandbox,
                  struct err *err)
{
    if (!is_container_id(sandbox_id) || (sandbox != NULL && sandbox_host_network(sandbox)))
        return true;
    struct scope inner;
    bool ok = begin(state, scope, sandbox_id, &inner, err) &&
              teardown_locked(state, &inner, sandbox_id, sandbox, err);
    arena_destroy(inner.arena);
    return ok;
}

static bool check_locked(struct cni *cni, struct scope *scope, const char *id, struct err *err)
{
    struct attachment_record record;
    if (!attachment_records_get(cni->records, scope->arena, id, &record) || !record.complete)
        return err_set(err, CODE_NOT_FOUND, "pod sandbox %s has no network of this daemon's", id);
    complete(cni, &record.attachment);
    if (!gate_enter(cni->gate, scope->cancel, false, err))
        return false;
    bool ok = cni_check(scope, &record.attachment, record.result, err);
    gate_leave(cni->gate, false);
    return ok;
}

bool cni_check_pod(void *state, struct scope *scope, const json_t *sandbox, struct err *err)
{
    struct scope inner;
    const char *id = container_id(sandbox);
    bool ok = begin(state, scope, id, &inner, err) && check_locked(state, &inner, id, err);
    arena_destroy(inner.arena);
    return ok;
}
