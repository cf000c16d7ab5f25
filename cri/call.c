#include "cri/call.h"

#include "shim/base/clock.h"

static void cancel_release(void *cancel)
{
    cancel_done(cancel);
}

struct scope *call_shield(struct call *call, int64_t limit_ns)
{
    struct arena *arena = call->scope.arena;
    struct cancel *cancel = arena_alloc(arena, sizeof(*cancel));
    cancel_init(cancel, clock_mono_ns() + limit_ns);
    arena_defer(arena, cancel_release, cancel);
    struct scope *scope = arena_alloc(arena, sizeof(*scope));
    *scope = (struct scope){.arena = arena, .cancel = cancel};
    return scope;
}

bool call_send(struct call *call, const void *message, struct err *err)
{
    return call->send(call, message, err);
}
