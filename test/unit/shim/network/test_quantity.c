/* Kubernetes quantities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shim/network/quantity.h"

static void quantities_are_whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        {"0", 0},
        {"1000", 1000},
        {"1k", 1000},
        {"10M", 10000000},
        {"1.5G", 1500000000},
        {"1Ki", 1024},
        {"1.5Mi", 1572864},
        {"2e6", 2000000},
        {"2E6", 2000000},
        {"1P", 1000000000000000},
        {"1E", 1000000000000000000},
        {"100m", 1},
        {"1500m", 2},
        {"1n", 1},
        {"3u", 1},
        {"+5k", 5000},
        {".5k", 500},
        {"1Ti", 1099511627776},
        {"12.0", 12},
        {"1e-3", 1},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t value = -1;
        if (!quantity_parse(good[i].text, &value) || value != good[i].value)
            fail_msg("%s is %lld", good[i].text, (long long)value);
    }
}

static void other_texts_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "k",
                                      "-1",
                                      "- 1",
                                      " 1",
                                      "1 ",
                                      "1 k",
                                      "1kk",
                                      "0x1",
                                      "1K",
                                      "inf",
                                      "nan",
                                      "1e",
                                      "1..2",
                                      "++1",
                                      "10E",
                                      "9e18k",
                                      "1e400",
                                      "9223372036854775808",
                                      "ten",
                                      "1,5",
                                      "."};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t value = -1;
        if (quantity_parse(bad[i], &value))
            fail_msg("\"%s\" is taken for %lld", bad[i], (long long)value);
        assert_int_equal(value, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities_are_whole_numbers),
        cmocka_unit_test(other_texts_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
