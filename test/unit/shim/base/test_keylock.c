/* keylock: one at a time per key, until the holder's arena goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "shim/base/clock.h"
#include "shim/base/keylock.h"

static struct scope make_scope(struct cancel *cancel, int64_t deadline_ns)
{
    cancel_init(cancel, deadline_ns);
    return (struct scope){.arena = arena_create(), .cancel = cancel};
}

static void end_scope(struct scope *scope)
{
    arena_destroy(scope->arena);
    cancel_done(scope->cancel);
}

static void a_key_is_held_until_the_arena_goes(void **state)
{
    (void)state;
    struct keylock *keylock = keylock_create();
    struct cancel first_cancel, second_cancel, third_cancel;
    struct err err = ERR_INIT;
    struct scope first = make_scope(&first_cancel, CLOCK_NEVER);
    struct scope second = make_scope(&second_cancel, clock_mono_ns() - 1);
    struct scope third = make_scope(&third_cancel, clock_mono_ns() - 1);
    assert_true(keylock_take(keylock, &first, "a", &err));
    assert_false(keylock_take(keylock, &second, "a", &err));
    assert_int_equal(err.code, CODE_DEADLINE_EXCEEDED);
    end_scope(&second);
    end_scope(&first);
    /* Free again, so that the deadline does not matter. */
    assert_true(keylock_take(keylock, &third, "a", &err));
    end_scope(&third);
    keylock_destroy(keylock);
}

static void other_keys_are_others_affair(void **state)
{
    (void)state;
    struct keylock *keylock = keylock_create();
    struct cancel cancel, other_cancel;
    struct err err = ERR_INIT;
    struct scope scope = make_scope(&cancel, CLOCK_NEVER);
    struct scope other = make_scope(&other_cancel, clock_mono_ns() - 1);
    assert_true(keylock_take(keylock, &scope, "a", &err));
    assert_true(keylock_take(keylock, &other, "b", &err));
    assert_true(keylock_take(keylock, &other, "ab", &err));
    end_scope(&other);
    end_scope(&scope);
    keylock_destroy(keylock);
}

static void a_cancelled_caller_leaves_and_says_what_it_waited_for(void **state)
{
    (void)state;
    struct keylock *keylock = keylock_create();
    struct cancel cancel, other_cancel;
    struct err err = ERR_INIT;
    struct scope scope = make_scope(&cancel, CLOCK_NEVER);
    struct scope other = make_scope(&other_cancel, CLOCK_NEVER);
    assert_true(keylock_take(keylock, &scope, "the-key", &err));
    cancel_fire(&other_cancel);
    assert_false(keylock_take(keylock, &other, "the-key", &err));
    assert_int_equal(err.code, CODE_CANCELLED);
    assert_non_null(strstr(err.text, "the-key"));
    end_scope(&other);
    end_scope(&scope);
    keylock_destroy(keylock);
}

struct race {
    struct keylock *keylock;
    int inside, worst, turns;
};

static void *take_turns(void *argument)
{
    struct race *race = argument;
    for (int i = 0; i < 200; i++) {
        struct cancel cancel;
        struct err err = ERR_INIT;
        struct scope scope = make_scope(&cancel, CLOCK_NEVER);
        if (keylock_take(race->keylock, &scope, "one", &err)) {
            /* Protected by nothing but the key: a thread sanitizer would see a fault. */
            race->inside++;
            race->worst = race->inside > race->worst ? race->inside : race->worst;
            race->turns++;
            race->inside--;
        }
        end_scope(&scope);
    }
    return NULL;
}

static void threads_take_turns(void **state)
{
    (void)state;
    struct race race = {.keylock = keylock_create()};
    pthread_t threads[6];
    for (int i = 0; i < 6; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_turns, &race), 0);
    for (int i = 0; i < 6; i++)
        (void)pthread_join(threads[i], NULL);
    assert_int_equal(race.turns, 6 * 200);
    assert_int_equal(race.worst, 1);
    keylock_destroy(race.keylock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_held_until_the_arena_goes),
        cmocka_unit_test(other_keys_are_others_affair),
        cmocka_unit_test(a_cancelled_caller_leaves_and_says_what_it_waited_for),
        cmocka_unit_test(threads_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
