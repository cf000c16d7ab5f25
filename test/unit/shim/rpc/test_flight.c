/* flight: one run for many callers, which outlives each of them but not all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "shim/base/clock.h"
#include "shim/base/wait.h"
#include "shim/rpc/flight.h"

/* What a test's work does and tells. */
struct stage {
    struct flight *flight;
    atomic_int runs;        /* of the work */
    atomic_int cancelled;   /* runs that were told to end */
    sem_t started, proceed; /* the work has begun; the work may end */
    sem_t arena_gone;       /* work that was handed over is destroyed: by who joins, at once */
    bool fails, heeds_cancel;
};

/* One caller on a thread of its own. */
struct caller {
    struct stage *stage;
    const char *key;
    struct cancel cancel;
    pthread_t thread;
    bool ok;
    char result[32];
    struct err err;
};

static bool work(void *context, struct scope *scope, const char **ret_result, struct err *err)
{
    struct stage *stage = context;
    int number = atomic_fetch_add(&stage->runs, 1) + 1;
    sem_post(&stage->started);
    if (stage->heeds_cancel) {
        struct err ended = ERR_INIT;
        if (!wait_for(scope->cancel, CLOCK_NEVER / 2, &ended))
            atomic_fetch_add(&stage->cancelled, ended.code == CODE_CANCELLED);
        *err = ended;
        return false;
    }
    while (sem_wait(&stage->proceed) != 0)
        ;
    struct err none = ERR_INIT;
    atomic_fetch_add(&stage->cancelled, !cancel_check(scope->cancel, &none));
    if (stage->fails)
        return err_set(err, CODE_NOT_FOUND, "no such thing");
    *ret_result = arena_printf(scope->arena, "result %d", number);
    return true;
}

static void post(void *semaphore)
{
    sem_post(semaphore);
}

static void *call(void *argument)
{
    struct caller *caller = argument;
    struct arena *own = arena_create(), *handed = arena_create();
    struct scope scope = {.arena = own, .cancel = &caller->cancel};
    const struct flight_work flight_work = {.run = work, .context = caller->stage, .arena = handed};
    const char *result = "";
    arena_defer(handed, post, &caller->stage->arena_gone);
    caller->ok =
        flight_run(caller->stage->flight, &scope, caller->key, &flight_work, &result, &caller->err);
    (void)snprintf(caller->result, sizeof(caller->result), "%s", result);
    arena_destroy(own);
    return NULL;
}

static void caller_start(struct caller *caller, struct stage *stage, const char *key,
                         int64_t deadline_ns)
{
    *caller = (struct caller){.stage = stage, .key = key, .err = ERR_INIT};
    cancel_init(&caller->cancel, deadline_ns);
    assert_int_equal(pthread_create(&caller->thread, NULL, call, caller), 0);
}

static void caller_end(struct caller *caller)
{
    (void)pthread_join(caller->thread, NULL);
    cancel_done(&caller->cancel);
}

static void wait_sem(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        ;
}

/* A caller whose run has begun, and one that has joined it. */
static void start_two(struct stage *stage, struct caller *first, struct caller *second)
{
    caller_start(first, stage, "image", CLOCK_NEVER);
    wait_sem(&stage->started);
    caller_start(second, stage, "image", CLOCK_NEVER);
    wait_sem(&stage->arena_gone);
}

static int stage_init(void **state)
{
    static struct stage stage;
    stage = (struct stage){.flight = flight_create()};
    *state = &stage;
    return sem_init(&stage.started, 0, 0) | sem_init(&stage.proceed, 0, 0) |
           sem_init(&stage.arena_gone, 0, 0);
}

static int stage_done(void **state)
{
    struct stage *stage = *state;
    flight_destroy(stage->flight);
    return sem_destroy(&stage->started) | sem_destroy(&stage->proceed) |
           sem_destroy(&stage->arena_gone);
}

static void callers_of_one_key_share_one_run(void **state)
{
    struct stage *stage = *state;
    struct caller first, second;
    start_two(stage, &first, &second);
    sem_post(&stage->proceed);
    caller_end(&first);
    caller_end(&second);
    assert_true(first.ok);
    assert_true(second.ok);
    assert_string_equal(first.result, "result 1");
    assert_string_equal(second.result, "result 1");
    assert_int_equal(stage->runs, 1);
    wait_sem(&stage->arena_gone); /* the run's own: destroyed once nobody looks at it */
}

static void other_keys_and_later_calls_run_on_their_own(void **state)
{
    struct stage *stage = *state;
    struct caller first, other, later;
    caller_start(&first, stage, "image", CLOCK_NEVER);
    caller_start(&other, stage, "another", CLOCK_NEVER);
    wait_sem(&stage->started);
    wait_sem(&stage->started);
    sem_post(&stage->proceed);
    sem_post(&stage->proceed);
    caller_end(&first);
    caller_end(&other);
    sem_post(&stage->proceed);
    caller_start(&later, stage, "image", CLOCK_NEVER);
    caller_end(&later);
    assert_string_equal(later.result, "result 3");
    assert_int_equal(stage->runs, 3);
}

static void an_error_reaches_every_caller(void **state)
{
    struct stage *stage = *state;
    struct caller first, second;
    stage->fails = true;
    start_two(stage, &first, &second);
    sem_post(&stage->proceed);
    caller_end(&first);
    caller_end(&second);
    assert_false(first.ok);
    assert_false(second.ok);
    assert_int_equal(first.err.code, CODE_NOT_FOUND);
    assert_string_equal(second.err.text, "no such thing");
}

static void the_run_goes_on_without_the_caller_that_began_it(void **state)
{
    struct stage *stage = *state;
    struct caller first, second;
    start_two(stage, &first, &second);
    cancel_fire(&first.cancel);
    caller_end(&first);
    assert_false(first.ok);
    assert_int_equal(first.err.code, CODE_CANCELLED);
    sem_post(&stage->proceed);
    caller_end(&second);
    assert_true(second.ok);
    assert_string_equal(second.result, "result 1");
    assert_int_equal(stage->cancelled, 0);
}

static void the_last_caller_takes_the_run_with_it(void **state)
{
    struct stage *stage = *state;
    struct caller first, second;
    stage->heeds_cancel = true;
    start_two(stage, &first, &second);
    cancel_fire(&first.cancel);
    caller_end(&first);
    assert_int_equal(stage->cancelled, 0);
    cancel_fire(&second.cancel);
    caller_end(&second);
    assert_int_equal(second.err.code, CODE_CANCELLED);
    flight_destroy(stage->flight); /* returns once the run has seen it */
    stage->flight = NULL;
    assert_int_equal(stage->cancelled, 1);
}

static void nobody_joins_a_run_that_was_given_up(void **state)
{
    struct stage *stage = *state;
    struct caller first, second;
    caller_start(&first, stage, "image", CLOCK_NEVER);
    wait_sem(&stage->started);
    cancel_fire(&first.cancel);
    caller_end(&first);
    caller_start(&second, stage, "image", CLOCK_NEVER);
    wait_sem(&stage->started);
    sem_post(&stage->proceed);
    sem_post(&stage->proceed);
    caller_end(&second);
    assert_true(second.ok);
    assert_string_equal(second.result, "result 2");
}

static void a_deadline_ends_only_the_wait(void **state)
{
    struct stage *stage = *state;
    struct caller first, late;
    caller_start(&first, stage, "image", CLOCK_NEVER);
    wait_sem(&stage->started);
    caller_start(&late, stage, "image", clock_mono_ns());
    caller_end(&late);
    assert_false(late.ok);
    assert_int_equal(late.err.code, CODE_DEADLINE_EXCEEDED);
    sem_post(&stage->proceed);
    caller_end(&first);
    assert_true(first.ok);
    assert_int_equal(stage->cancelled, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(callers_of_one_key_share_one_run, stage_init, stage_done),
        cmocka_unit_test_setup_teardown(other_keys_and_later_calls_run_on_their_own, stage_init,
                                        stage_done),
        cmocka_unit_test_setup_teardown(an_error_reaches_every_caller, stage_init, stage_done),
        cmocka_unit_test_setup_teardown(the_run_goes_on_without_the_caller_that_began_it,
                                        stage_init, stage_done),
        cmocka_unit_test_setup_teardown(the_last_caller_takes_the_run_with_it, stage_init,
                                        stage_done),
        cmocka_unit_test_setup_teardown(nobody_joins_a_run_that_was_given_up, stage_init,
                                        stage_done),
        cmocka_unit_test_setup_teardown(a_deadline_ends_only_the_wait, stage_init, stage_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
