/* cancel and wait: what ends a piece of work, and that it wakes whoever waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "shim/base/cancel.h"
#include "shim/base/clock.h"
#include "shim/base/wait.h"

static void work_goes_on_without_a_reason_to_end(void **state)
{
    (void)state;
    struct cancel cancel;
    struct err err = ERR_INIT;
    cancel_init(&cancel, CLOCK_NEVER);
    assert_true(cancel_check(&cancel, &err));
    assert_int_equal(cancel_remaining_ms(&cancel, 1234), 1234);
    assert_true(wait_for(&cancel, 1, &err));
    cancel_done(&cancel);
}

static void a_passed_deadline_ends_it(void **state)
{
    (void)state;
    struct cancel cancel;
    struct err err = ERR_INIT;
    cancel_init(&cancel, clock_mono_ns() - 1);
    assert_false(cancel_check(&cancel, &err));
    assert_int_equal(err.code, CODE_DEADLINE_EXCEEDED);
    assert_int_equal(cancel_remaining_ms(&cancel, 1000), 0);
    assert_false(wait_for(&cancel, NS_PER_S * 1000, &err));
    cancel_done(&cancel);
}

static void the_nearer_deadline_counts(void **state)
{
    (void)state;
    struct cancel cancel;
    cancel_init(&cancel, clock_mono_ns() + 100 * NS_PER_S);
    assert_false(cancel_deadline_limit(&cancel, 0));
    assert_false(cancel_deadline_limit(&cancel, -5));
    assert_false(cancel_deadline_limit(&cancel, 200));
    assert_false(cancel_deadline_limit(&cancel, INT64_MAX));
    assert_true(cancel_remaining_ms(&cancel, INT_MAX) > 50000);
    assert_true(cancel_deadline_limit(&cancel, 10));
    assert_true(cancel_remaining_ms(&cancel, INT_MAX) <= 10000);
    cancel_done(&cancel);
}

static void count_wakes(void *argument)
{
    (*(int *)argument)++;
}

static void firing_wakes_once_set_and_at_once_if_fired_before(void **state)
{
    (void)state;
    struct cancel cancel;
    struct err err = ERR_INIT;
    int wakes = 0;
    cancel_init(&cancel, CLOCK_NEVER);
    cancel_wake_set(&cancel, count_wakes, &wakes);
    assert_int_equal(wakes, 0);
    cancel_fire(&cancel);
    assert_int_equal(wakes, 1);
    cancel_wake_clear(&cancel);
    cancel_fire(&cancel);
    assert_int_equal(wakes, 1);
    cancel_wake_set(&cancel, count_wakes, &wakes);
    assert_int_equal(wakes, 2);
    assert_false(cancel_check(&cancel, &err));
    assert_int_equal(err.code, CODE_CANCELLED);
    cancel_done(&cancel);
}

static void *fire(void *argument)
{
    cancel_fire(argument);
    return NULL;
}

static void a_wait_ends_when_another_thread_fires(void **state)
{
    (void)state;
    struct cancel cancel;
    struct err err = ERR_INIT;
    int pipe_fds[2];
    pthread_t thread;
    assert_int_equal(pipe(pipe_fds), 0);
    cancel_init(&cancel, CLOCK_NEVER);
    assert_int_equal(pthread_create(&thread, NULL, fire, &cancel), 0);
    assert_false(wait_fd(&cancel, pipe_fds[0], POLLIN, &err));
    assert_int_equal(err.code, CODE_CANCELLED);
    (void)pthread_join(thread, NULL);
    cancel_done(&cancel);
    (void)close(pipe_fds[0]);
    (void)close(pipe_fds[1]);
}

static void a_wait_ends_when_the_descriptor_is_ready(void **state)
{
    (void)state;
    struct cancel cancel;
    struct err err = ERR_INIT;
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    cancel_init(&cancel, CLOCK_NEVER);
    assert_true(wait_fd(&cancel, pipe_fds[1], POLLOUT, &err));
    (void)close(pipe_fds[1]);
    assert_true(wait_fd(&cancel, pipe_fds[0], POLLIN, &err)); /* a hang-up counts as ready */
    (void)close(pipe_fds[0]);
    cancel_done(&cancel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_goes_on_without_a_reason_to_end),
        cmocka_unit_test(a_passed_deadline_ends_it),
        cmocka_unit_test(the_nearer_deadline_counts),
        cmocka_unit_test(firing_wakes_once_set_and_at_once_if_fired_before),
        cmocka_unit_test(a_wait_ends_when_another_thread_fires),
        cmocka_unit_test(a_wait_ends_when_the_descriptor_is_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
