/* Environment values are bytes on the wire: what Docker's documents cannot hold is refused, and no
 * error tells a value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "shim/base/arena.h"
#include "shim/translate/environment.h"

static void expect_error(const char *value, size_t length, const char *text)
{
    uint8_t bytes[64];
    memcpy(bytes, value, length);
    Cri__KeyValue variable = CRI__KEY_VALUE__INIT;
    variable.key = "TOKEN";
    variable.value = (ProtobufCBinaryData){.len = length, .data = bytes};
    Cri__KeyValue *variables[] = {&variable};
    struct err err = ERR_INIT;
    json_auto_t *config = json_object();
    assert_false(environment_set(config, variables, 1, &err));
    assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    assert_string_equal(err.text, text);
}

static void a_value_that_is_no_text_is_refused(void **state)
{
    (void)state;
    expect_error("secret\xff", 7, "config.envs[0].value of TOKEN is not UTF-8");
    expect_error("\xc3", 1, "config.envs[0].value of TOKEN is not UTF-8");
    expect_error("sec\0ret", 7, "config.envs[0].value of TOKEN has a NUL byte");
    expect_error("\0", 1, "config.envs[0].value of TOKEN has a NUL byte");
}

static void a_value_ends_where_its_length_says(void **state)
{
    (void)state;
    uint8_t bytes[] = {'a', 0xc3, 0xa4, 'X', 'X'};
    Cri__KeyValue text = CRI__KEY_VALUE__INIT, empty = CRI__KEY_VALUE__INIT;
    text.key = "A";
    text.value = (ProtobufCBinaryData){.len = 3, .data = bytes};
    empty.key = "B";
    Cri__KeyValue *variables[] = {&text, &empty};
    struct err err = ERR_INIT;
    json_auto_t *config = json_object();
    assert_true(environment_set(config, variables, 2, &err));
    const json_t *env = json_object_get(config, "Env");
    assert_int_equal(json_array_size(env), 2);
    assert_string_equal(json_string_value(json_array_get(env, 0)), "A=a\xc3\xa4");
    assert_string_equal(json_string_value(json_array_get(env, 1)), "B=");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_that_is_no_text_is_refused),
        cmocka_unit_test(a_value_ends_where_its_length_says),
    };
    return cmocka_run_group_tests_name("environment", tests, NULL, NULL);
}
