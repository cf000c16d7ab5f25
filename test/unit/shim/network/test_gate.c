/* Many inside, or one alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>

#include "shim/base/clock.h"
#include "shim/network/gate.h"

/* Whether one could enter at once. Who could not has left again. */
static bool is_open(struct gate *gate, bool alone)
{
    struct cancel now;
    struct err err = ERR_INIT;
    cancel_init(&now, clock_mono_ns() - 1);
    bool entered = gate_enter(gate, &now, alone, &err);
    if (entered)
        gate_leave(gate, alone);
    else
        assert_int_equal(err.code, CODE_DEADLINE_EXCEEDED);
    cancel_done(&now);
    return entered;
}

static void many_are_inside_or_one_alone(void **state)
{
    (void)state;
    struct gate *gate = gate_create();
    struct cancel never;
    struct err err = ERR_INIT;
    cancel_init(&never, CLOCK_NEVER);
    assert_true(gate_enter(gate, &never, false, &err));
    assert_true(gate_enter(gate, &never, false, &err));
    assert_true(is_open(gate, false));
    assert_false(is_open(gate, true));
    assert_true(is_open(gate, false)); /* one who gave up does not keep others waiting */
    gate_leave(gate, false);
    assert_false(is_open(gate, true));
    gate_leave(gate, false);
    assert_true(gate_enter(gate, &never, true, &err));
    assert_false(is_open(gate, false));
    assert_false(is_open(gate, true));
    gate_leave(gate, true);
    assert_true(is_open(gate, true));
    assert_true(is_open(gate, false));
    cancel_done(&never);
    gate_destroy(gate);
}

struct waiter {
    struct gate *gate;
    struct cancel *cancel;
    bool entered;
};

static void *wait_alone(void *argument)
{
    struct waiter *waiter = argument;
    struct err err = ERR_INIT;
    waiter->entered = gate_enter(waiter->gate, waiter->cancel, true, &err);
    if (waiter->entered)
        gate_leave(waiter->gate, true);
    return NULL;
}

static void one_who_waits_to_be_alone_goes_before_later_ones(void **state)
{
    (void)state;
    struct cancel never;
    struct err err = ERR_INIT;
    cancel_init(&never, CLOCK_NEVER);
    struct waiter waiter = {.gate = gate_create(), .cancel = &never};
    pthread_t thread;
    assert_true(gate_enter(waiter.gate, &never, false, &err));
    assert_int_equal(pthread_create(&thread, NULL, wait_alone, &waiter), 0);
    while (is_open(waiter.gate, false)) /* until it waits */
        (void)sched_yield();
    gate_leave(waiter.gate, false);
    (void)pthread_join(thread, NULL);
    assert_true(waiter.entered);
    assert_true(is_open(waiter.gate, false));
    cancel_done(&never);
    gate_destroy(waiter.gate);
}

struct traffic {
    struct gate *gate;
    int *shared; /* written only by those who are alone */
    bool alone;
    int bad;
};

static void *drive(void *argument)
{
    struct traffic *traffic = argument;
    struct cancel never;
    struct err err = ERR_INIT;
    cancel_init(&never, CLOCK_NEVER);
    for (int i = 0; i < 300; i++) {
        if (!gate_enter(traffic->gate, &never, traffic->alone, &err))
            continue;
        int before = *traffic->shared;
        if (traffic->alone)
            (*traffic->shared)++;
        traffic->bad += *traffic->shared != before + traffic->alone;
        gate_leave(traffic->gate, traffic->alone);
    }
    cancel_done(&never);
    return NULL;
}

static void threads_keep_to_it(void **state)
{
    (void)state;
    struct gate *gate = gate_create();
    struct traffic traffic[6];
    pthread_t threads[6];
    int shared = 0;
    for (int i = 0; i < 6; i++) {
        traffic[i] = (struct traffic){.gate = gate, .shared = &shared, .alone = i % 3 == 0};
        assert_int_equal(pthread_create(&threads[i], NULL, drive, &traffic[i]), 0);
    }
    for (int i = 0; i < 6; i++) {
        (void)pthread_join(threads[i], NULL);
        assert_int_equal(traffic[i].bad, 0);
    }
    assert_int_equal(shared, 2 * 300);
    gate_destroy(gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_are_inside_or_one_alone),
        cmocka_unit_test(one_who_waits_to_be_alone_goes_before_later_ones),
        cmocka_unit_test(threads_keep_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
