#include "shim/inventory/keeper.h"

#include <inttypes.h>
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
    WORKERS_KEPT = 2, /* that wait for work while there is some now and then */
    ASK_LIMIT_S = 20, /* of one question */
    IDLE_S = 10,      /* after which a worker that is not the first one ends */
    AUDIT_S = 60,     /* between two audits */
    AUDIT_GRACE_S = 1,
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
    int workers;
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

/* Ends the question of the ticket. */
static bool ask(struct docker *docker, struct picture *picture, struct cancel *cancel,
                const char *id, uint64_t ticket, struct err *err)
{
    /* An arena of its own, gone before others see the document: see dockerapi/shared.h. */
    struct scope scope = {.arena = arena_create(), .cancel = cancel};
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
    picture_fail(picture, id, ticket);
    return err_wrap(err, "inspect %s", id);
}

bool keeper_ask(struct docker *docker, struct picture *picture, struct cancel *cancel,
                const char *id, struct err *err)
{
    return ask(docker, picture, cancel, id, picture_begin(picture, id), err);
}

static void *work(void *argument);

/* Another worker; false if there are enough, or none can be had. */
static bool add_worker(struct keeper *keeper)
{
    pthread_t thread;
    pthread_mutex_lock(&keeper->lock);
    bool added = keeper->workers < WORKERS_MAX && pthread_create(&thread, NULL, work, keeper) == 0;
    if (added) {
        (void)pthread_detach(thread); /* it is joinable, and known to nobody else */
        keeper->workers++;
    }
    pthread_mutex_unlock(&keeper->lock);
    return added;
}

/* One piece of work, or a while without. */
static enum picture_work work_once(struct keeper *keeper, struct member *member)
{
    struct arena *arena = arena_create();
    const char *id;
    uint64_t ticket;
    int64_t until_ns = clock_mono_ns() + IDLE_S * NS_PER_S;
    enum picture_work todo = picture_take(keeper->picture, arena, until_ns, &id, &ticket);
    if (todo == PICTURE_ASK) {
        struct err err = ERR_INIT;
        /* Before asking, which may take long: somebody must be there for what comes up next. */
        if (picture_takers(keeper->picture) == 0)
            (void)add_worker(keeper); /* else it waits for one of those that are busy */
        member->cancel.deadline_ns = clock_mono_ns() + ASK_LIMIT_S * NS_PER_S;
        if (!ask(keeper->docker, keeper->picture, &member->cancel, id, ticket, &err))
            log_debug("asked in vain: %s", err.text);
    }
    arena_destroy(arena);
    return todo;
}

/* At the end of all, when enough others wait for work, or for lack of work if one other stays. */
static bool worker_ends(struct keeper *keeper, enum picture_work todo)
{
    size_t others = picture_takers(keeper->picture);
    return todo == PICTURE_STOP || others >= WORKERS_KEPT ||
           (todo == PICTURE_NOTHING && others > 0);
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
    keeper->workers--;
    pthread_cond_broadcast(&keeper->worker_ended);
    pthread_mutex_unlock(&keeper->lock);
    return NULL;
}

/* All containers that carry CRI's label. */
static bool list(struct keeper *keeper, struct scope *scope, struct picture_listed **ret_listed,
                 size_t *ret_count, struct err *err)
{
    json_t *entries;
    json_t *filter = arena_json(scope->arena, event_list_filter());
    if (!docker_container_list(keeper->docker, scope, filter, &entries, err))
        return err_wrap(err, "list containers");
    struct picture_listed *listed =
        arena_array(scope->arena, json_array_size(entries), sizeof(*listed));
    size_t index, count = 0;
    const json_t *entry;
    json_array_foreach (entries, index, entry)
        if (json_id(entry)[0] != '\0')
            listed[count++] = (struct picture_listed){json_id(entry), event_listed_state(entry)};
    *ret_listed = listed;
    *ret_count = count;
    return true;
}

/* Subscribed first, listed then: what happens in between comes as an event. */
static bool subscribed(void *context, struct err *err)
{
    struct keeper *keeper = context;
    struct member member; /* the reader's own is in use: it waits for events */
    member_join(keeper, &member);
    struct scope scope = {.arena = arena_create(), .cancel = &member.cancel};
    struct picture_listed *listed = NULL;
    size_t count = 0;
    bool ok = list(keeper, &scope, &listed, &count, err);
    if (ok) {
        keeper->image_changed(keeper->context, true); /* nobody knows what was missed */
        picture_load(keeper->picture, listed, count);
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
        keeper->image_changed(keeper->context, true);
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
        keeper->image_changed(keeper->context, false);
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
    struct picture_listed *listed = NULL;
    size_t count = 0;
    if (list(keeper, &scope, &listed, &count, &err))
        picture_audit(keeper->picture, listed, count, AUDIT_GRACE_S * NS_PER_S);
    arena_destroy(scope.arena);
}

static void *run_audits(void *argument)
{
    struct keeper *keeper = argument;
    struct err ended = ERR_INIT;
    struct member member;
    member_join(keeper, &member);
    for (uint64_t told = 0; wait_for(&member.cancel, AUDIT_S * NS_PER_S, &ended);) {
        uint64_t drift = picture_drift(keeper->picture); /* found by the audits before this one */
        if (drift > told)
            log_warn("%" PRIu64 " containers had changed without an event from Docker; put right",
                     drift - told);
        told = drift;
        audit(keeper, &member.cancel);
    }
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
    if (add_worker(keeper))
        return keeper;
    (void)err_set(err, CODE_RESOURCE_EXHAUSTED, "no thread can be started");
    keeper_destroy(keeper);
    return NULL;
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
    while (keeper->workers > 0)
        pthread_cond_wait(&keeper->worker_ended, &keeper->lock);
    pthread_mutex_unlock(&keeper->lock);
    keeper_free(keeper);
}
