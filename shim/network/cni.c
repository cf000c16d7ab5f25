/* The "cni" plugin: pods get their network from CNI plugins, in a namespace that outlives their
 * pause container. */
#include "shim/network/cni.h"

#include <stdlib.h>

#include "shim/base/alloc.h"
#include "shim/network/cni_config.h"
#include "shim/network/cni_plugin.h"
#include "shim/network/cni_request.h"

const char *cni_pin_directory(const struct cni *cni, struct arena *arena)
{
    return arena_printf(arena, "%s/netns", cni->settings->run_directory);
}

const char *cni_pin_path(const struct cni *cni, struct arena *arena, const char *sandbox_id)
{
    return arena_printf(arena, "%s/%s", cni_pin_directory(cni, arena), sandbox_id);
}

const char *cni_intent_directory(const struct cni *cni, struct arena *arena)
{
    return arena_printf(arena, "%s/network", cni->settings->root_directory);
}

const char *cni_result_directory(const struct cni *cni, struct arena *arena)
{
    return arena_printf(arena, "%s/network", cni->settings->run_directory);
}

static void destroy(void *state)
{
    struct cni *cni = state;
    config_watch_destroy(cni->config);
    attachment_records_close(cni->records);
    keylock_destroy(cni->sandboxes);
    gate_destroy(cni->gate);
    (void)pthread_mutex_destroy(&cni->lock); /* fails only for a locked one */
    json_decref(cni->status.list);
    free(cni->pod_cidr);
    free(cni);
}

static bool open_records(struct cni *cni, struct err *err)
{
    struct arena *arena = arena_create();
    cni->records = attachment_records_open(cni_intent_directory(cni, arena),
                                           cni_result_directory(cni, arena), err);
    arena_destroy(arena);
    return cni->records != NULL;
}

static bool is_pod_cidr(const char *pod_cidr, struct err *err)
{
    json_auto_t *ranges = cni_request_ip_ranges(pod_cidr, err);
    return ranges != NULL;
}

static bool create(const struct settings *settings, void **ret_state, struct err *err)
{
    struct cni *cni = xcalloc(1, sizeof(*cni));
    cni->settings = settings;
    cni->sandboxes = keylock_create();
    cni->gate = gate_create();
    cni->pod_cidr = xstrdup(settings->pod_cidr);
    (void)pthread_mutex_init(&cni->lock, NULL); /* cannot fail with default attributes */
    cni->config = config_watch_create(settings->cni_conf_dir, settings->cni_bin_dir);
    if (!is_pod_cidr(settings->pod_cidr, err) || !open_records(cni, err)) {
        destroy(cni);
        return false;
    }
    *ret_state = cni;
    return true;
}

const char *cni_pod_cidr(struct cni *cni, struct arena *arena)
{
    pthread_mutex_lock(&cni->lock);
    const char *copy = arena_strdup(arena, cni->pod_cidr);
    pthread_mutex_unlock(&cni->lock);
    return copy;
}

static bool set_pod_cidr(void *state, const char *pod_cidr, struct err *err)
{
    struct cni *cni = state;
    if (!is_pod_cidr(pod_cidr, err))
        return false;
    pthread_mutex_lock(&cni->lock);
    free(cni->pod_cidr);
    cni->pod_cidr = xstrdup(pod_cidr);
    pthread_mutex_unlock(&cni->lock);
    return true;
}

bool cni_config_usable(struct cni *cni, struct arena *arena, json_t **ret_list, struct err *err)
{
    if (!config_watch_get(cni->config, arena, ret_list, err) ||
        !cni_plugins_installed(*ret_list, cni->settings->cni_bin_dir, err))
        return false;
    return !cni_config_wants(*ret_list, "ipRanges") || cni_pod_cidr(cni, arena)[0] != '\0' ||
           err_set(err, CODE_FAILED_PRECONDITION,
                   "network %s wants the node's pod CIDR, which nobody has told yet",
                   cni_config_name(*ret_list));
}

struct cni_network cni_network_of(struct cni *cni, struct arena *arena, const json_t *list,
                                  int64_t timeout_ns)
{
    /* Plugins that take their ranges from the runtime have no others to speak about. */
    struct err ignored = ERR_INIT; /* it was checked when it was set */
    json_t *ranges = cni_request_ip_ranges(cni_pod_cidr(cni, arena), &ignored);
    json_t *capabilities = arena_json(arena, json_object());
    if (json_array_size(ranges) > 0)
        (void)json_object_set(capabilities, "ipRanges", ranges);
    json_decref(ranges);
    int64_t limit_ns = cni->settings->cni_timeout_ns;
    return (struct cni_network){
        .list = list,
        .plugin_directories = cni->settings->cni_bin_dir,
        .capabilities = capabilities,
        .timeout_ns = timeout_ns < limit_ns ? timeout_ns : limit_ns,
    };
}

const struct network_plugin_ops network_cni = {
    .mode = "none",
    .publishes_ports = false,
    .create = create,
    .destroy = destroy,
    .setup = cni_setup,
    .teardown = cni_teardown,
    .ips = cni_ips,
    .ready = cni_ready,
    .check = cni_check_pod,
    .set_pod_cidr = set_pod_cidr,
    .known = cni_known,
    .reconcile = cni_reconcile,
};
