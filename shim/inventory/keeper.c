#include "shim/inventory/keeper.h"

#include <pthread.h>
#include <stdlib.h>

#include "dockerapi/container.h"
#include "dockerapi/event.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"
#include "shim/base/wait.h"
#include "shim/translate/container_status.h"
#include "shim/translate/event.h"
#include "shim/translate/json.h"

enum {
    WORKERS_MAX = 64, /* containers that may fail to answer before others have to wait */
    ASK_LIMIT_S = 20, /* of one question */
    IDLE_S = 10,      /* after which a worker that is not the first one ends */
    AUDIT_S = 60,     /* between two audits */
    RECONNECT_MS_MAX = 1000,
};

/* A thread of the keeper's, with what ends its waits. */
struct member {
    struct member *next;
    struct cancel cancel;
};

struct keeper {
    struct docker *docker;
    struct picture *picture;
    keeper_image_fn *image_changed;
    void *context;
    pthread_t reader, auditor;
    pthread_mutex_t lock; /* of the fields below */
    pthread_cond_t worker_ended;
    struct member *members;
    int workers; /* that take work */
    int threads; /* of workers that have not ended yet */
    bool stopping;
};

static void member_join(struct keeper *keeper, struct member *member)
{
    cancel_init(&member->cancel, CLOCK_NEVER);
    pthread_mutex_lock(&keeper->lock);
    member->next = keeper->members;
    keeper->members = member;
    if (keeper->stopping)
        cancel_fire(&member->cancel);
    pthread_mutex_unlock(&keeper->lock);
}

static void member_leave(struct keeper *keeper, struct member *member)
{
    pthread_mutex_lock(&keeper->lock);
    struct member **link = &keeper->members;
    while (*link != member)
        link = &(*link)->next;
    *link = member->next;
    pthread_mutex_unlock(&keeper->lock);
    cancel_done(&member->cancel);
}

bool keeper_ask(struct docker *docker, struct picture *picture, struct cancel *cancel,
                const char *id, struct err *err)
{
    /* An arena of its own, gone before others see the document: see dockerapi/shared.h. */
    struct scope scope = {.arena = arena_create(), .cancel = cancel};
    uint64_t ticket = picture_ticket(picture);
    json_t *container = NULL;
    bool ok = docker_container_inspect(docker, &scope, id, &container, err);
    bool ours = ok && (container_is_sandbox(container) || container_is_workload(container));
    if (ours)
        (void)json_incref(container);
    arena_destroy(scope.arena);
    if (ok || err->code == CODE_NOT_FOUND) {
        picture_store(picture, id, ticket, ours ? shared_create(container) : NULL);
        return true;
    }
    return err_wrap(err, "inspect %s", id);
}

static void ask(struct keeper *keeper, struct member *member, const char *id)
{
    struct err err = ERR_INIT;
    member->cancel.deadline_ns = clock_mono_ns() + ASK_LIMIT_S * NS_PER_S;
    if (!keeper_ask(keeper->docker, keeper->picture, &member->cancel, id, &err)) {
        picture_fail(keeper->picture, id);
        log_debug("asked in vain: %s", err.text);
    }
}

static void *work(void *argument);

/* Another worker, unless there are enough. */
static void add_worker(struct keeper *keeper)
{
    pthread_t thread;
    pthread_mutex_lock(&keeper->lock);
    if (keeper->workers < WORKERS_MAX && pthread_create(&thread, NULL, work, keeper) == 0) {
        (void)pthread_detach(thread); /* it is joinable, and known to nobody else */
        keeper->workers++;
        keeper->threads++;
    }
    pthread_mutex_unlock(&keeper->lock);
}

/* True, and counted out, if the worker is to end: at the end of all, or for lack of work. */
static bool worker_ends(struct keeper *keeper, enum picture_work todo)
{
    pthread_mutex_lock(&keeper->lock);
    bool ends = todo == PICTURE_STOP || (todo == PICTURE_NOTHING && keeper->workers > 1);
    keeper->workers -= ends;
    pthread_mutex_unlock(&keeper->lock);
    return ends;
}

/* One piece of work, or a while without. */
static enum picture_work work_once(struct keeper *keeper, struct member *member)
{
    struct arena *arena = arena_create();
    const char *id;
    int64_t until_ns = clock_mono_ns() + IDLE_S * NS_PER_S;
    enum picture_work todo = picture_take(keeper->picture, arena, until_ns, &id);
    if (todo == PICTURE_ASK) {
        if (picture_is_behind(keeper->picture))
            add_worker(keeper);
        ask(keeper, member, id);
    }
    arena_destroy(arena);
    return todo;
}

static void *work(void *argument)
{
    struct keeper *keeper = argument;
    struct member member;
    member_join(keeper, &member);
    while (!worker_ends(keeper, work_once(keeper, &member)))
        ;
    member_leave(keeper, &member);
    /* Told last, under the lock: whoever hears it may take the keeper away. */
    pthread_mutex_lock(&keeper->lock);
    keeper->threads--;
    pthread_cond_broadcast(&keeper->worker_ended);
    pthread_mutex_unlock(&keeper->lock);
    return NULL;
}

/* The ids of all containers that carry CRI's label. */
static bool list_ids(struct keeper *keeper, struct scope *scope, const char ***ret_ids,
                     size_t *ret_count, struct err *err)
{
    json_t *list;
    json_t *filter = arena_json(scope->arena, event_list_filter());
    if (!docker_container_list(keeper->docker, scope, filter, &list, err))
        return err_wrap(err, "list containers");
    const char **ids = arena_array(scope->arena, json_array_size(list), sizeof(*ids));
    size_t index;
    const json_t *entry;
    json_array_foreach (list, index, entry)
        ids[index] = json_id(entry);
    *ret_ids = ids;
    *ret_count = json_array_size(list);
    return true;
}

/* Subscribed first, listed then: what happens in between comes as an event. */
static bool subscribed(void *context, struct err *err)
{
    struct keeper *keeper = context;
    struct member member; /* the reader's own is in use: it waits for events */
    member_join(keeper, &member);
    struct scope scope = {.arena = arena_create(), .cancel = &member.cancel};
    const char **ids;
    size_t count;
    bool ok = list_ids(keeper, &scope, &ids, &count, err);
    if (ok) {
        keeper->image_changed(keeper->context); /* nobody knows what was missed */
        picture_load(keeper->picture, ids, count);
    }
    arena_destroy(scope.arena);
    member_leave(keeper, &member);
    return ok;
}

static bool on_event(void *context, const json_t *event, struct err *err)
{
    (void)err;
    struct keeper *keeper = context;
    if (event_is_image(event))
        keeper->image_changed(keeper->context);
    else if (event_container_id(event)[0] != '\0')
        picture_mark(keeper->picture, event_container_id(event));
    return true;
}

/* One subscription, to its end. */
static void listen(struct keeper *keeper, struct cancel *cancel, struct err *err)
{
    struct scope scope = {.arena = arena_create(), .cancel = cancel};
    struct docker_events events = {
        .since_ns = clock_real_ns(),
        .filters = arena_json(scope.arena, event_filter()),
        .subscribed = subscribed,
        .event = on_event,
        .context = keeper,
    };
    (void)docker_events(keeper->docker, &scope, &events, err); /* it always ends with an error */
    arena_destroy(scope.arena);
}

static void *read_events(void *argument)
{
    struct keeper *keeper = argument;
    struct err err = ERR_INIT, ended = ERR_INIT;
    struct member member;
    member_join(keeper, &member);
    for (int64_t pause_ms = 0; cancel_check(&member.cancel, &ended);) {
        int64_t began_ns = clock_mono_ns();
        listen(keeper, &member.cancel, &err);
        picture_lose(keeper->picture, &err);
        /* At once after a subscription that lasted; ever slower while there is none. */
        bool lasted = clock_mono_ns() - began_ns > NS_PER_S;
        pause_ms = lasted ? 10 : pause_ms * 2 + 10;
        if (pause_ms > RECONNECT_MS_MAX)
            pause_ms = RECONNECT_MS_MAX;
        (void)wait_for(&member.cancel, pause_ms * NS_PER_MS, &ended); /* the loop asks again */
    }
    member_leave(keeper, &member);
    return NULL;
}

static void audit(struct keeper *keeper, struct cancel *cancel)
{
    struct scope scope = {.arena = arena_create(), .cancel = cancel};
    struct err err = ERR_INIT;
    const char **ids;
    size_t count;
    if (list_ids(keeper, &scope, &ids, &count, &err)) {
        size_t drift = picture_audit(keeper->picture, ids, count);
        if (drift > 0)
            log_warn("%zu containers differed from what Docker's events told; asking again", drift);
    }
    arena_destroy(scope.arena);
}

static void *run_audits(void *argument)
{
    struct keeper *keeper = argument;
    struct err ended = ERR_INIT;
    struct member member;
    member_join(keeper, &member);
    while (wait_for(&member.cancel, AUDIT_S * NS_PER_S, &ended))
        audit(keeper, &member.cancel);
    member_leave(keeper, &member);
    return NULL;
}

static void fire_all(struct keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    keeper->stopping = true;
    for (struct member *member = keeper->members; member != NULL; member = member->next)
        cancel_fire(&member->cancel);
    pthread_mutex_unlock(&keeper->lock);
}

static void keeper_free(struct keeper *keeper)
{
    (void)pthread_cond_destroy(&keeper->worker_ended);
    (void)pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}

struct keeper *keeper_create(struct docker *docker, struct picture *picture,
                             keeper_image_fn *image_changed, void *context, struct err *err)
{
    struct keeper *keeper = xcalloc(1, sizeof(*keeper));
    keeper->docker = docker;
    keeper->picture = picture;
    keeper->image_changed = image_changed;
    keeper->context = context;
    /* Neither fails with default attributes. */
    (void)pthread_mutex_init(&keeper->lock, NULL);
    (void)pthread_cond_init(&keeper->worker_ended, NULL);
    int result = pthread_create(&keeper->reader, NULL, read_events, keeper);
    if (result == 0 && (result = pthread_create(&keeper->auditor, NULL, run_audits, keeper)) != 0) {
        fire_all(keeper);
        (void)pthread_join(keeper->reader, NULL); /* ours alone */
    }
    if (result != 0) {
        (void)err_errno(err, result, "start a thread");
        keeper_free(keeper);
        return NULL;
    }
    add_worker(keeper);
    return keeper;
}

void keeper_destroy(struct keeper *keeper)
{
    if (keeper == NULL)
        return;
    fire_all(keeper);
    picture_stop(keeper->picture);
    (void)pthread_join(keeper->reader, NULL); /* both are ours alone */
    (void)pthread_join(keeper->auditor, NULL);
    pthread_mutex_lock(&keeper->lock);
    while (keeper->threads > 0)
        pthread_cond_wait(&keeper->worker_ended, &keeper->lock);
    pthread_mutex_unlock(&keeper->lock);
    keeper_free(keeper);
}
