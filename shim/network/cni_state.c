/* What is told of pods and of the network without changing either. */
#include "shim/network/cni.h"

#include <string.h>

#include "shim/base/clock.h"
#include "shim/network/cni_config.h"
#include "shim/network/cni_result.h"
#include "shim/network/netns.h"
#include "shim/translate/container_status.h"

enum { ADDRESS_MAX = 16 };

/* True if the pause container is in another namespace than the one that was set up: it was
 * restarted, and nothing connects it any more. */
static bool is_cut_off(const char *pin, const char *of_pause, int64_t pid)
{
    return pid > 0 && netns_exists(pin) && netns_exists(of_pause) && !netns_is_same(pin, of_pause);
}

bool cni_ips(void *state, struct scope *scope, const json_t *sandbox, const char *const **ret_ips,
             size_t *ret_count, struct err *err)
{
    struct cni *cni = state;
    struct arena *arena = scope->arena;
    struct attachment_record record;
    int64_t pid = container_pid(sandbox);
    const char *of_pause = netns_of_process(arena, pid);
    const char **addresses = arena_array(arena, ADDRESS_MAX, sizeof(*addresses));
    *ret_ips = addresses;
    *ret_count = 0;
    if (attachment_records_get(cni->records, arena, container_id(sandbox), &record)) {
        if (!record.complete || is_cut_off(record.attachment.netns, of_pause, pid))
            return true;
        *ret_count = cni_result_addresses(arena, record.result, record.attachment.interface,
                                          addresses, ADDRESS_MAX);
    }
    /* An adopted pod, or a plugin that gives no addresses: then the kernel knows. The process may
     * end at any moment, which is no error. */
    if (*ret_count > 0 || pid == 0 || !netns_exists(of_pause) || netns_is_own(of_pause))
        return true;
    return netns_addresses(arena, of_pause, CNI_INTERFACE, addresses, ADDRESS_MAX, ret_count,
                           err) ||
           !netns_exists(of_pause);
}

/* The answer of a moment ago, if it is about this configuration; false if the caller is to ask. */
static bool recent_answer(struct cni *cni, const json_t *list, bool *ret_ok, struct err *err)
{
    pthread_mutex_lock(&cni->lock);
    bool good =
        cni->status.list == list && (cni->status.asking || clock_mono_ns() < cni->status.until_ns);
    *ret_ok = cni->status.ok;
    if (good && !cni->status.ok)
        *err = cni->status.err;
    if (!good && cni->status.list == list)
        cni->status.asking = true;
    pthread_mutex_unlock(&cni->lock);
    return good;
}

static void keep_answer(struct cni *cni, json_t *list, bool ok, const struct err *err)
{
    /* A failure is asked about again soon, for pods wait for it; a caller that left says nothing.
     */
    int64_t age_ns = ok ? 10 * NS_PER_S : err->code == CODE_CANCELLED ? 0 : NS_PER_S;
    pthread_mutex_lock(&cni->lock);
    json_decref(cni->status.list);
    cni->status.list = json_incref(list);
    cni->status.until_ns = clock_mono_ns() + age_ns;
    cni->status.asking = false;
    cni->status.ok = ok;
    if (!ok)
        cni->status.err = *err;
    pthread_mutex_unlock(&cni->lock);
}

/* CNI 1.1 plugins tell whether they could take pods. One caller asks, the others take the last
 * answer meanwhile. */
static bool ask_status(struct cni *cni, struct scope *scope, json_t *list, struct err *err)
{
    const int64_t limit_ns = 10 * NS_PER_S;
    bool ok;
    if (!cni_config_at_least(list, 1, 1))
        return true;
    if (recent_answer(cni, list, &ok, err))
        return ok;
    struct cni_network network = cni_network_of(cni, scope->arena, list, limit_ns);
    ok = cni_status(scope, &network, err);
    keep_answer(cni, list, ok, err);
    return ok;
}

bool cni_ready(void *state, struct scope *scope, struct err *err)
{
    json_t *list;
    return cni_config_usable(state, scope->arena, &list, err) &&
           ask_status(state, scope, list, err);
}
