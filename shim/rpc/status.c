#include "shim/rpc/rpc.h"

#include "shim/base/clock.h"
#include "shim/translate/label.h"

enum { PATIENCE_S = 10 }; /* with an engine that hangs: the kubelet gives up the call later */

/* A condition that is false says why in the failed step's own words. */
static Cri__RuntimeCondition *condition(struct arena *arena, const char *type, bool ready,
                                        const char *reason, const struct err *err)
{
    Cri__RuntimeCondition *condition = arena_alloc(arena, sizeof(*condition));
    cri__runtime_condition__init(condition);
    condition->type = type;
    condition->status = ready;
    if (!ready) {
        condition->reason = reason;
        condition->message = arena_strdup(arena, err->text);
    }
    return condition;
}

bool rpc_status(struct call *call, const Cri__StatusRequest *in, Cri__StatusResponse *out,
                struct err *err)
{
    (void)err; /* a runtime that is not ready is an answer, not a failure */
    struct daemon *daemon = call_daemon(call);
    struct arena *arena = call->scope.arena;
    struct err docker_err = ERR_INIT, network_err = ERR_INIT;
    struct engine engine;
    /* Asked afresh: the kubelet sees an engine that went away at its next look. */
    json_t *info;
    struct scope *scope = call_shield(call, PATIENCE_S * NS_PER_S);
    bool docker_ready = docker_info(daemon->docker, scope, 0, &info, &docker_err) &&
                        daemon_engine(daemon, scope, &engine, &docker_err);
    bool ready = network_ready(daemon->network, &call->scope, &network_err);

    out->status = arena_alloc(arena, sizeof(*out->status));
    cri__runtime_status__init(out->status);
    out->status->n_conditions = 2;
    out->status->conditions = arena_array(arena, 2, sizeof(*out->status->conditions));
    out->status->conditions[0] =
        condition(arena, "RuntimeReady", docker_ready, "DockerDaemonNotReady", &docker_err);
    out->status->conditions[1] =
        condition(arena, "NetworkReady", ready, "NetworkPluginNotReady", &network_err);
    if (!docker_ready)
        return true;
    engine_status_handlers(arena, &engine, out);
    if (in->verbose)
        label_map_add(arena, &cri__status_response__info_entry__descriptor, (void ***)&out->info,
                      &out->n_info, "config", engine_describe(arena, &engine));
    return true;
}
