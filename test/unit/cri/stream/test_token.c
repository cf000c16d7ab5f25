/* Tokens: one use, one minute, a thousand at most. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cri/stream/token.h"
#include "shim/base/clock.h"

static const char *const COMMAND[] = {"ls", "-l"};
static const int32_t PORTS[] = {80, 443};

static const struct stream_request EXEC = {
    .kind = STREAM_EXEC, .target = "abc", .command = COMMAND, .command_count = 2, .tty = true};
static const struct stream_request FORWARD = {
    .kind = STREAM_PORT_FORWARD, .target = "pod", .ports = PORTS, .port_count = 2};

static void test_one_use(void **state)
{
    (void)state;
    struct token_table *table = token_table_create();
    char token[TOKEN_LENGTH + 1];
    struct err err = ERR_INIT;
    assert_true(token_put(table, &EXEC, 0, token, &err));
    assert_int_equal(strlen(token), TOKEN_LENGTH);
    struct pending *pending = token_take(table, STREAM_EXEC, token, 1);
    assert_non_null(pending);
    assert_string_equal(pending->request.target, "abc");
    assert_int_equal(pending->request.command_count, 2);
    assert_string_equal(pending->request.command[1], "-l");
    assert_ptr_not_equal(pending->request.command, COMMAND);
    assert_true(pending->request.tty);
    pending_destroy(pending);
    assert_null(token_take(table, STREAM_EXEC, token, 1));
    token_table_destroy(table);
}

static void test_of_one_kind(void **state)
{
    (void)state;
    struct token_table *table = token_table_create();
    char token[TOKEN_LENGTH + 1];
    struct err err = ERR_INIT;
    assert_true(token_put(table, &FORWARD, 0, token, &err));
    assert_null(token_take(table, STREAM_EXEC, token, 1));
    assert_null(token_take(table, STREAM_PORT_FORWARD, token, 1)); /* that was its use */
    token_table_destroy(table);
}

static void test_one_minute(void **state)
{
    (void)state;
    struct token_table *table = token_table_create();
    char young[TOKEN_LENGTH + 1], old[TOKEN_LENGTH + 1];
    struct err err = ERR_INIT;
    assert_true(token_put(table, &FORWARD, 0, old, &err));
    assert_true(token_put(table, &FORWARD, 1, young, &err));
    struct pending *pending = token_take(table, STREAM_PORT_FORWARD, young, 60 * NS_PER_S);
    assert_non_null(pending);
    assert_int_equal(pending->request.ports[1], 443);
    pending_destroy(pending);
    assert_null(token_take(table, STREAM_PORT_FORWARD, old, 60 * NS_PER_S));
    token_table_destroy(table);
}

static void test_unknown(void **state)
{
    (void)state;
    struct token_table *table = token_table_create();
    static const char ZEROS[TOKEN_LENGTH + 1];
    assert_null(token_take(table, STREAM_EXEC, "", 0));
    assert_null(token_take(table, STREAM_EXEC, ZEROS, 0));
    assert_null(token_take(table, STREAM_EXEC, "00000000000000000000000000000000", 0));
    assert_null(token_take(table, STREAM_EXEC, "000000000000000000000000000000000", 0));
    token_table_destroy(table);
}

static void test_a_thousand(void **state)
{
    (void)state;
    struct token_table *table = token_table_create();
    char token[TOKEN_LENGTH + 1];
    struct err err = ERR_INIT;
    for (int i = 0; i < TOKEN_MAX_WAITING; i++)
        assert_true(token_put(table, &EXEC, 0, token, &err));
    assert_false(token_put(table, &EXEC, 0, token, &err));
    assert_int_equal(err.code, CODE_RESOURCE_EXHAUSTED);
    /* A minute later the places are free. */
    assert_true(token_put(table, &EXEC, 60 * NS_PER_S, token, &err));
    token_table_destroy(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_use),    cmocka_unit_test(test_of_one_kind),
        cmocka_unit_test(test_one_minute), cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_a_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
