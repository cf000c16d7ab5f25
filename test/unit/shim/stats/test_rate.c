/* rate: cores in use, from one reading to the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shim/base/clock.h"
#include "shim/stats/rate.h"

static void is_rate(struct figure rate, uint64_t value)
{
    assert_true(rate.known);
    assert_int_equal(rate.value, value);
}

static void difference_over_time(void **state)
{
    (void)state;
    struct rates *rates = rates_create();
    assert_false(rates_tell(rates, "a", 100 * NS_PER_S, 5 * NS_PER_S).known);
    assert_false(rates_tell(rates, "b", 100 * NS_PER_S, 0).known);
    is_rate(rates_tell(rates, "a", 110 * NS_PER_S, 15 * NS_PER_S), 1000000000);
    is_rate(rates_tell(rates, "b", 110 * NS_PER_S, NS_PER_S), 100000000);
    is_rate(rates_tell(rates, "a", 120 * NS_PER_S, 15 * NS_PER_S), 0);
    rates_destroy(rates);
}

/* The second caller of the same second gets the last whole interval's, and does not shorten it. */
static void short_intervals_do_not_count(void **state)
{
    (void)state;
    struct rates *rates = rates_create();
    (void)rates_tell(rates, "a", 100 * NS_PER_S, 0);
    assert_false(rates_tell(rates, "a", 100 * NS_PER_S + 1, 0).known);
    is_rate(rates_tell(rates, "a", 110 * NS_PER_S, 10 * NS_PER_S), 1000000000);
    is_rate(rates_tell(rates, "a", 110 * NS_PER_S + NS_PER_S / 2, 10 * NS_PER_S), 1000000000);
    is_rate(rates_tell(rates, "a", 112 * NS_PER_S, 10 * NS_PER_S), 0);
    rates_destroy(rates);
}

static void a_container_that_began_anew(void **state)
{
    (void)state;
    struct rates *rates = rates_create();
    (void)rates_tell(rates, "a", 100 * NS_PER_S, 50 * NS_PER_S);
    assert_false(rates_tell(rates, "a", 110 * NS_PER_S, NS_PER_S).known);
    is_rate(rates_tell(rates, "a", 120 * NS_PER_S, 6 * NS_PER_S), 500000000);
    rates_destroy(rates);
}

static void a_clock_that_was_set_back(void **state)
{
    (void)state;
    struct rates *rates = rates_create();
    (void)rates_tell(rates, "a", 100 * NS_PER_S, 0);
    assert_false(rates_tell(rates, "a", 50 * NS_PER_S, NS_PER_S).known);
    is_rate(rates_tell(rates, "a", 60 * NS_PER_S, 2 * NS_PER_S), 100000000);
    rates_destroy(rates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(difference_over_time),
        cmocka_unit_test(short_intervals_do_not_count),
        cmocka_unit_test(a_container_that_began_anew),
        cmocka_unit_test(a_clock_that_was_set_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
