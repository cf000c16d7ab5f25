#include "shim/rpc/create_named.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/random.h>

#include "dockerapi/container.h"
#include "shim/base/log.h"
#include "shim/inventory/inventory.h"
#include "shim/rpc/discard.h"
#include "shim/translate/container_status.h"
#include "shim/translate/json.h"

/* Clears the name. NOT_FOUND is fine: the holder went away by itself. */
static bool discard_holder(struct daemon *daemon, struct scope *scope, const char *name,
                           struct err *err)
{
    json_t *holder;
    if (!docker_container_inspect(daemon->docker, scope, name, &holder, err))
        return err->code == CODE_NOT_FOUND;
    bool ours = container_is_sandbox(holder) || container_is_workload(holder);
    if (!ours || container_state(holder) == CRI__CONTAINER_STATE__CONTAINER_RUNNING)
        return err_set(err, CODE_ALREADY_EXISTS, "the name %s belongs to the %s container %s", name,
                       ours ? "running" : "foreign", container_id(holder));
    log_info("replacing dead container %s, which holds the name %s", container_id(holder), name);
    if (container_is_sandbox(holder))
        return discard_sandbox(daemon, scope, container_id(holder), holder, err);
    return discard_container(daemon, scope, holder, err);
}

bool create_named(struct daemon *daemon, struct scope *scope, const char *name, json_t *body,
                  const char **ret_id, struct err *err)
{
    json_t *answer;
    bool created = docker_container_create(daemon->docker, scope, name, body, &answer, err);
    if (!created && err->code == CODE_ALREADY_EXISTS) {
        if (!discard_holder(daemon, scope, name, err))
            return err_wrap(err, "create %s", name);
        created = docker_container_create(daemon->docker, scope, name, body, &answer, err);
    }
    if (!created && err->code == CODE_ALREADY_EXISTS) {
        /* Docker can keep the name of a container that it no longer knows. */
        uint32_t suffix;
        if (getrandom(&suffix, sizeof(suffix), 0) != sizeof(suffix))
            return err_errno(err, errno, "random numbers");
        name = arena_printf(scope->arena, "%s_%08" PRIx32, name, suffix);
        created = docker_container_create(daemon->docker, scope, name, body, &answer, err);
    }
    if (!created)
        return err_wrap(err, "create %s", name);
    *ret_id = json_id(answer);
    inventory_refresh(daemon->inventory, scope, *ret_id);
    return true;
}
