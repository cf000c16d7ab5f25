/* The "bridge" plugin: Docker attaches its containers to its own bridge and binds host ports, so
 * all that is left to do is to tell the addresses. */
#include "shim/network/plugin.h"

#include "shim/translate/sandbox_status.h"

enum { ADDRESS_MAX = 8 };

static bool create(const struct settings *settings, void **ret_state, struct err *err)
{
    (void)settings;
    (void)err;
    *ret_state = NULL;
    return true;
}

static void destroy(void *state)
{
    (void)state;
}

static bool setup(void *state, struct scope *scope, const json_t *sandbox,
                  const Cri__PodSandboxConfig *config, struct err *err)
{
    (void)state, (void)scope, (void)sandbox, (void)config, (void)err;
    return true;
}

static bool teardown(void *state, struct scope *scope, const char *sandbox_id,
                     const json_t *sandbox, struct err *err)
{
    (void)state, (void)scope, (void)sandbox_id, (void)sandbox, (void)err;
    return true;
}

static bool ips(void *state, struct scope *scope, const json_t *sandbox,
                const char *const **ret_ips, size_t *ret_count, struct err *err)
{
    (void)state;
    (void)err;
    const char **addresses = arena_array(scope->arena, ADDRESS_MAX, sizeof(*addresses));
    *ret_count = sandbox_docker_ips(scope->arena, sandbox, addresses, ADDRESS_MAX);
    *ret_ips = addresses;
    return true;
}

static bool ready(void *state, struct scope *scope, struct err *err)
{
    (void)state, (void)scope, (void)err;
    return true;
}

static bool check(void *state, struct scope *scope, const json_t *sandbox, struct err *err)
{
    (void)state, (void)scope, (void)sandbox;
    return err_set(err, CODE_UNIMPLEMENTED, "Docker does not check its bridge");
}

static bool set_pod_cidr(void *state, const char *pod_cidr, struct err *err)
{
    (void)state, (void)pod_cidr, (void)err; /* Docker's bridge has its own subnet */
    return true;
}

/* Docker itself keeps what there is to keep. */
static const char **known(void *state, struct arena *arena, size_t *ret_count)
{
    (void)state;
    *ret_count = 0;
    return arena_array(arena, 1, sizeof(const char *));
}

static bool reconcile(void *state, struct scope *scope, const struct network_census *census,
                      struct err *err)
{
    (void)state, (void)scope, (void)census, (void)err;
    return true;
}

const struct network_plugin_ops network_bridge = {
    .mode = "bridge",
    .publishes_ports = true,
    .create = create,
    .destroy = destroy,
    .setup = setup,
    .teardown = teardown,
    .ips = ips,
    .ready = ready,
    .check = check,
    .set_pod_cidr = set_pod_cidr,
    .known = known,
    .reconcile = reconcile,
};
