/* The text of a profile comes from a file: it may hold any bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "shim/translate/seccomp.h"

static const struct engine with_seccomp = {.seccomp = true};

static void expect_refused(const char *text)
{
    const struct seccomp in = {
        .profile = {.kind = PROFILE_LOCALHOST, .name = "/a.json", .field = "f"},
        .text = text,
        .unset_is_none = true,
    };
    struct err err = ERR_INIT;
    json_auto_t *security_opt = json_array();
    assert_false(seccomp_add(security_opt, &in, &with_seccomp, &err));
    assert_int_equal(err.code, CODE_FAILED_PRECONDITION);
    assert_ptr_equal(strstr(err.text, "seccomp profile /a.json"), err.text);
    assert_int_equal(json_array_size(security_opt), 0);
}

static void a_text_that_is_no_profile_is_refused(void **state)
{
    (void)state;
    expect_refused("");
    expect_refused("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"x\":\"\xff\"}");
    expect_refused("{\"defaultAction\":\"SCMP_ACT_ERRNO\"} x");
    expect_refused("{\"defaultAction\":7}");
    expect_refused("{\"defaultAction\":\"scmp_act_errno\"}");
    expect_refused("{\"DefaultAction\":\"SCMP_ACT_ERRNO\"}");
    expect_refused("null");
}

static void a_profile_nested_without_end_is_refused(void **state)
{
    (void)state;
    static char deep[1 << 16];
    memset(deep, '[', sizeof(deep) - 1);
    expect_refused(deep);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_that_is_no_profile_is_refused),
        cmocka_unit_test(a_profile_nested_without_end_is_refused),
    };
    return cmocka_run_group_tests_name("seccomp", tests, NULL, NULL);
}
