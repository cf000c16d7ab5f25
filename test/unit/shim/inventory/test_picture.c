#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shim/base/clock.h"
#include "shim/inventory/picture.h"
#include "shim/translate/container_status.h"
#include "test/unit/shim/inventory/container_document.h"

struct world {
    struct picture *picture;
    struct cancel cancel;
    struct scope scope;
    struct err err;
};

static int begin(void **state)
{
    static struct world world;
    world = (struct world){.picture = picture_create(NS_PER_S / 100)};
    cancel_init(&world.cancel, CLOCK_NEVER);
    world.scope = (struct scope){.arena = arena_create(), .cancel = &world.cancel};
    *state = &world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    arena_destroy(world->scope.arena);
    cancel_done(&world->cancel);
    picture_destroy(world->picture);
    return 0;
}

static struct shared *container(const char *id, const char *status)
{
    char text[1024];
    const char *started = strcmp(status, "created") == 0 ? NEVER : SOME_START;
    json_t *document =
        json_loads(container_text(text, sizeof(text), "container", id, status, started), 0, NULL);
    assert_non_null(document);
    return shared_create(document);
}

static bool any(const json_t *document, const void *context)
{
    (void)context;
    return document != NULL;
}

/* "a=running b=exited", in any order that the picture has. */
static const char *seen(struct world *world)
{
    static const char *const words[] = {"created", "running", "exited", "unknown"};
    struct arena *arena = world->scope.arena;
    const char *text = "";
    size_t count;
    json_t **documents = picture_select(world->picture, arena, "", any, NULL, &count);
    for (size_t i = 0; i < count; i++)
        text = arena_printf(arena, "%s%s%s=%s", text, i > 0 ? " " : "", container_id(documents[i]),
                            words[container_state(documents[i])]);
    return text;
}

/* The id to ask about now, "" if there is none. */
static const char *take(struct world *world, uint64_t *ret_ticket)
{
    const char *id = "";
    switch (
        picture_take(world->picture, world->scope.arena, clock_mono_ns() - 1, &id, ret_ticket)) {
    case PICTURE_ASK:
        return id;
    case PICTURE_NOTHING:
        return "";
    default:
        return "stop";
    }
}

static void load(struct world *world, const char *id)
{
    const struct picture_listed listed = {id, "running"};
    picture_load(world->picture, &listed, id != NULL);
}

/* Asks about everything that is to be asked about; everything is in the same state. */
static void answer_all(struct world *world, const char *status)
{
    uint64_t ticket;
    for (const char *id; *(id = take(world, &ticket)) != '\0';)
        picture_store(world->picture, id, ticket, status != NULL ? container(id, status) : NULL);
}

static void answer_now(struct world *world, const char *id, const char *status)
{
    uint64_t ticket = picture_begin(world->picture, id);
    picture_store(world->picture, id, ticket, status != NULL ? container(id, status) : NULL);
}

static void test_load_asks_about_everything(void **state)
{
    struct world *world = *state;
    const struct picture_listed listed[] = {{"a", "running"}, {"b", "exited"}};
    picture_load(world->picture, listed, 2);
    answer_all(world, "running");
    assert_true(picture_ready(world->picture, &world->scope, &world->err));
    assert_string_equal(seen(world), "a=running b=running");
}

static void test_event_before_reply(void **state)
{
    struct world *world = *state;
    uint64_t own, workers;
    load(world, NULL);
    /* The event comes first, and the question after it: one answer is enough. */
    picture_mark(world->picture, "a");
    own = picture_begin(world->picture, "a");
    picture_store(world->picture, "a", own, container("a", "running"));
    assert_string_equal(take(world, &workers), "");
    /* The event comes while the question is under way: the answer may be from before. */
    own = picture_begin(world->picture, "a");
    picture_mark(world->picture, "a");
    picture_store(world->picture, "a", own, container("a", "running"));
    assert_string_equal(take(world, &workers), "a");
    picture_store(world->picture, "a", workers, container("a", "exited"));
    assert_string_equal(seen(world), "a=exited");
}

static void test_event_after_reply(void **state)
{
    struct world *world = *state;
    uint64_t ticket;
    load(world, NULL);
    answer_now(world, "a", "running");
    picture_mark(world->picture, "a");
    assert_string_equal(take(world, &ticket), "a");
    picture_store(world->picture, "a", ticket, container("a", "running"));
    assert_string_equal(take(world, &ticket), "");
}

static void test_older_answer_comes_last(void **state)
{
    struct world *world = *state;
    load(world, NULL);
    uint64_t older = picture_begin(world->picture, "a");
    uint64_t newer = picture_begin(world->picture, "a");
    picture_store(world->picture, "a", newer, container("a", "exited"));
    picture_store(world->picture, "a", older, container("a", "running"));
    assert_string_equal(seen(world), "a=exited");
}

static void test_gone_while_asking(void **state)
{
    struct world *world = *state;
    load(world, NULL);
    answer_now(world, "a", "running");
    uint64_t older = picture_begin(world->picture, "a");
    uint64_t newer = picture_begin(world->picture, "a");
    picture_store(world->picture, "a", newer, NULL);
    assert_string_equal(seen(world), "");
    picture_store(world->picture, "a", older, container("a", "running"));
    assert_string_equal(seen(world), "");
}

static void test_nobody_asks_twice_at_once(void **state)
{
    struct world *world = *state;
    uint64_t ticket, none;
    load(world, "a");
    assert_string_equal(take(world, &ticket), "a");
    picture_mark(world->picture, "a");
    assert_string_equal(take(world, &none), "");
    picture_store(world->picture, "a", ticket, container("a", "running"));
    assert_string_equal(take(world, &ticket), "a");
    picture_store(world->picture, "a", ticket, container("a", "exited"));
    assert_string_equal(seen(world), "a=exited");
}

static void test_vanished_meanwhile(void **state)
{
    struct world *world = *state;
    uint64_t ticket;
    load(world, "old");
    answer_all(world, "running");
    load(world, NULL);
    assert_string_equal(take(world, &ticket), "old");
    picture_store(world->picture, "old", ticket, NULL);
    assert_string_equal(seen(world), "");
}

/* The answer of before the engine was lost must not stand for one of after it was found. */
static void test_answer_from_before_the_load(void **state)
{
    struct world *world = *state;
    uint64_t before, after;
    load(world, "a");
    assert_string_equal(take(world, &before), "a");
    load(world, "a");
    picture_fail(world->picture, "a", before);
    assert_string_equal(take(world, &after), "a");
    picture_store(world->picture, "a", after, container("a", "exited"));
    assert_string_equal(seen(world), "a=exited");
}

static void test_lost_and_found(void **state)
{
    struct world *world = *state;
    uint64_t ticket;
    struct err why = ERR_INIT;
    (void)err_set(&why, CODE_FAILED_PRECONDITION, "the engine is too old");
    /* Not reached yet, and not within the patience. */
    assert_false(picture_ready(world->picture, &world->scope, &world->err));
    assert_int_equal(world->err.code, CODE_UNAVAILABLE);
    load(world, "a");
    answer_all(world, "running");
    picture_lose(world->picture, &why);
    picture_lose(world->picture, &why);
    picture_mark(world->picture, "a");
    assert_string_equal(take(world, &ticket), "");
    assert_false(picture_ready(world->picture, &world->scope, &world->err));
    assert_int_equal(world->err.code, CODE_UNAVAILABLE);
    assert_string_equal(world->err.text, "the engine is too old");
    load(world, "a");
    answer_all(world, "exited");
    assert_true(picture_ready(world->picture, &world->scope, &world->err));
    assert_string_equal(seen(world), "a=exited");
}

static void test_patience_with_one_that_never_answers(void **state)
{
    struct world *world = *state;
    uint64_t hung;
    load(world, "hung");
    answer_all(world, "running");
    load(world, "other");
    const char *id = take(world, &hung);
    while (strcmp(id, "hung") != 0) {
        picture_store(world->picture, id, hung, container(id, "running"));
        id = take(world, &hung);
    }
    answer_all(world, "running");
    assert_true(picture_ready(world->picture, &world->scope, &world->err));
    assert_non_null(strstr(seen(world), "hung=running"));
    assert_non_null(strstr(seen(world), "other=running"));
    cancel_fire(&world->cancel);
    picture_store(world->picture, "hung", hung, container("hung", "exited"));
    assert_non_null(strstr(seen(world), "hung=exited"));
}

static void test_cancelled_reader(void **state)
{
    struct picture *patient = picture_create(3600 * NS_PER_S);
    struct world *world = *state;
    cancel_fire(&world->cancel);
    assert_false(picture_ready(patient, &world->scope, &world->err));
    assert_int_equal(world->err.code, CODE_CANCELLED);
    picture_destroy(patient);
}

static void test_failure_is_tried_again_later(void **state)
{
    struct world *world = *state;
    uint64_t ticket, none;
    load(world, "a");
    assert_string_equal(take(world, &ticket), "a");
    picture_fail(world->picture, "a", ticket);
    assert_true(picture_ready(world->picture, &world->scope, &world->err));
    assert_string_equal(take(world, &none), "");
    picture_mark(world->picture, "a"); /* it may answer again */
    assert_string_equal(take(world, &ticket), "a");
    picture_store(world->picture, "a", ticket, container("a", "running"));
    assert_string_equal(take(world, &none), "");
}

static void test_stop_ends_takers(void **state)
{
    struct world *world = *state;
    uint64_t ticket;
    load(world, "a");
    picture_stop(world->picture);
    assert_string_equal(take(world, &ticket), "stop");
}

static void test_audit(void **state)
{
    struct world *world = *state;
    uint64_t ticket;
    load(world, "same");
    answer_all(world, "running");
    answer_now(world, "gone", "running");
    answer_now(world, "ended", "running");
    const struct picture_listed listed[] = {
        {"same", "running"}, {"ended", "exited"}, {"new", "created"}};
    /* There is time for the events, and they come for one of them. */
    picture_audit(world->picture, listed, 3, 3600 * NS_PER_S);
    assert_string_equal(take(world, &ticket), "");
    picture_mark(world->picture, "ended");
    assert_string_equal(take(world, &ticket), "ended");
    picture_store(world->picture, "ended", ticket, container("ended", "exited"));
    assert_int_equal(picture_drift(world->picture), 0);
}

static void test_audit_counts_drift(void **state)
{
    struct world *world = *state;
    load(world, "same");
    answer_all(world, "running");
    answer_now(world, "gone", "running");
    answer_now(world, "lagging", "exited");
    const struct picture_listed listed[] = {
        {"same", "running"}, {"lagging", "running"}, {"new", "exited"}};
    picture_audit(world->picture, listed, 3, 0);
    uint64_t ticket;
    for (const char *id; *(id = take(world, &ticket)) != '\0';) {
        assert_string_not_equal(id, "same");
        picture_store(world->picture, id, ticket,
                      strcmp(id, "gone") == 0 ? NULL : container(id, "exited"));
    }
    assert_int_equal(picture_drift(world->picture), 2); /* the list lags: that is no drift */
    assert_non_null(strstr(seen(world), "new=exited"));
    assert_null(strstr(seen(world), "gone"));
}

/* The events that wait: "a:created a:started". */
static const char *told(struct world *world, struct watch *watch, size_t count)
{
    static const char *const words[] = {"created", "started", "stopped", "deleted"};
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        const struct watch_event *event;
        assert_true(picture_next(world->picture, watch, &world->scope, &event, &world->err));
        text = arena_printf(world->scope.arena, "%s%s%s:%s", text, i > 0 ? " " : "",
                            container_id(shared_document(event->container)), words[event->type]);
    }
    return text;
}

static void test_watch(void **state)
{
    struct world *world = *state;
    struct watch *watch = picture_watch(world->picture, &world->err);
    struct watch *second = picture_watch(world->picture, &world->err);
    load(world, "old"); /* what was there before us is no news */
    answer_all(world, "running");
    answer_now(world, "a", "created");
    answer_now(world, "a", "exited");
    answer_now(world, "a", NULL);
    answer_now(world, "old", "exited");
    const char *all = "a:created a:started a:stopped a:deleted old:stopped";
    assert_string_equal(told(world, watch, 5), all);
    assert_string_equal(told(world, second, 5), all);
    picture_unwatch(world->picture, watch);
    picture_unwatch(world->picture, second);
}

static void test_watch_over_a_loss(void **state)
{
    struct world *world = *state;
    struct err why = ERR_INIT;
    load(world, "a");
    answer_all(world, "running");
    struct watch *watch = picture_watch(world->picture, &world->err);
    picture_lose(world->picture, &why);
    load(world, "b");
    uint64_t ticket;
    for (const char *id; *(id = take(world, &ticket)) != '\0';)
        picture_store(world->picture, id, ticket,
                      strcmp(id, "a") == 0 ? NULL : container(id, "running"));
    const char *text = told(world, watch, 4);
    assert_non_null(strstr(text, "a:stopped a:deleted"));
    assert_non_null(strstr(text, "b:created b:started"));
    picture_unwatch(world->picture, watch);
}

static void test_slow_watcher_is_closed(void **state)
{
    struct world *world = *state;
    const struct watch_event *event;
    load(world, NULL);
    struct watch *slow = picture_watch(world->picture, &world->err);
    struct watch *fast = picture_watch(world->picture, &world->err);
    for (size_t i = 0; i <= WATCH_EVENTS_MAX / 2; i++) {
        answer_now(world, "a", "created");
        answer_now(world, "a", NULL);
        assert_string_equal(told(world, fast, 2), "a:created a:deleted");
    }
    assert_false(picture_next(world->picture, slow, &world->scope, &event, &world->err));
    assert_int_equal(world->err.code, CODE_RESOURCE_EXHAUSTED);
    picture_unwatch(world->picture, slow);
    picture_unwatch(world->picture, fast);
}

static void test_cancelled_watcher(void **state)
{
    struct world *world = *state;
    const struct watch_event *event;
    struct watch *watch = picture_watch(world->picture, &world->err);
    cancel_fire(&world->cancel);
    assert_false(picture_next(world->picture, watch, &world->scope, &event, &world->err));
    assert_int_equal(world->err.code, CODE_CANCELLED);
    picture_unwatch(world->picture, watch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_load_asks_about_everything),
        TEST(test_event_before_reply),
        TEST(test_event_after_reply),
        TEST(test_older_answer_comes_last),
        TEST(test_gone_while_asking),
        TEST(test_nobody_asks_twice_at_once),
        TEST(test_vanished_meanwhile),
        TEST(test_answer_from_before_the_load),
        TEST(test_lost_and_found),
        TEST(test_patience_with_one_that_never_answers),
        TEST(test_cancelled_reader),
        TEST(test_failure_is_tried_again_later),
        TEST(test_stop_ends_takers),
        TEST(test_audit),
        TEST(test_audit_counts_drift),
        TEST(test_watch),
        TEST(test_watch_over_a_loss),
        TEST(test_slow_watcher_is_closed),
        TEST(test_cancelled_watcher),
    };
    return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
