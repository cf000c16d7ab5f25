#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "dockerapi/api_version.h"

static void parses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int wanted;
    } cases[] = {
        {"1.41", 141}, {"1.5", 105}, {"2.0", 200}, {"1.52", 152}, {"", 0},       {"1", 0},
        {"1.", 0},     {".41", 0},   {"1.411", 0}, {"1.41 ", 0},  {" 1.41", 0},  {"0.9", 0},
        {"1.-4", 0},   {"v1.41", 0}, {"1.4x", 0},  {"100.1", 0},  {"1.41.2", 0}, {"1,41", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(api_version_parse(cases[i].text, strlen(cases[i].text)), cases[i].wanted);
    assert_int_equal(api_version_parse("1.41", 3), 104);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(parses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
