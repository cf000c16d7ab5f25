/* The addresses in ADD's results, of every version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "shim/network/cni_result.h"

/* The addresses of eth0, joined by commas. */
static const char *addresses(struct arena *arena, const char *text, size_t max)
{
    const char *list[8], *joined = "";
    json_t *result = arena_json(arena, json_loads(text, 0, NULL));
    assert_non_null(result);
    size_t count = cni_result_addresses(arena, result, "eth0", list, max);
    assert_true(count <= max);
    for (size_t i = 0; i < count; i++)
        joined = arena_printf(arena, "%s%s%s", joined, i > 0 ? "," : "", list[i]);
    return joined;
}

static void assert_addresses(const char *text, const char *want)
{
    struct arena *arena = arena_create();
    struct err err = ERR_INIT;
    json_t *result = arena_json(arena, json_loads(text, 0, NULL));
    assert_true(cni_result_check(result, &err));
    assert_string_equal(addresses(arena, text, 8), want);
    arena_destroy(arena);
}

static void version_0_3_1_marks_the_family(void **state)
{
    (void)state;
    assert_addresses("{\"cniVersion\":\"0.3.1\",\"interfaces\":[{\"name\":\"cni0\"},"
                     "{\"name\":\"eth0\",\"sandbox\":\"/run/netns/a\"}],\"ips\":["
                     "{\"version\":\"4\",\"interface\":1,\"address\":\"10.1.0.5/16\"}],\"dns\":{}}",
                     "10.1.0.5");
}

static void both_families_keep_the_order_of_the_result(void **state)
{
    (void)state;
    assert_addresses("{\"cniVersion\":\"0.4.0\",\"ips\":[{\"address\":\"fd00:0::5/64\"},"
                     "{\"address\":\"10.1.0.5/16\"}]}",
                     "fd00::5,10.1.0.5");
    assert_addresses("{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.1.0.5/16\"},"
                     "{\"address\":\"fd00::5/64\"}]}",
                     "10.1.0.5,fd00::5");
}

static void addresses_of_other_interfaces_are_not_the_pods(void **state)
{
    (void)state;
    assert_addresses("{\"cniVersion\":\"1.1.0\",\"interfaces\":["
                     "{\"name\":\"eth0\"},"
                     "{\"name\":\"eth0\",\"sandbox\":\"/x\",\"mtu\":1500},"
                     "{\"name\":\"net1\",\"sandbox\":\"/x\"}],\"ips\":["
                     "{\"interface\":0,\"address\":\"192.0.2.1/24\"},"
                     "{\"interface\":2,\"address\":\"192.0.2.2/24\"},"
                     "{\"interface\":1,\"address\":\"192.0.2.3/24\"},"
                     "{\"address\":\"192.0.2.4/24\"},"
                     "{\"interface\":7,\"address\":\"192.0.2.5/24\"},"
                     "{\"interface\":-1,\"address\":\"192.0.2.6/24\"}]}",
                     "192.0.2.3,192.0.2.4,192.0.2.5,192.0.2.6");
}

static void results_before_0_3_0_have_one_of_each_family(void **state)
{
    (void)state;
    assert_addresses("{\"cniVersion\":\"0.2.0\",\"ip4\":{\"ip\":\"10.1.0.5/16\"},"
                     "\"ip6\":{\"ip\":\"fd00::5/64\"}}",
                     "10.1.0.5,fd00::5");
    assert_addresses("{\"ip6\":{\"ip\":\"fd00::5/64\"}}", "fd00::5");
}

static void a_result_need_not_have_addresses(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    const char *list[1];
    assert_addresses("{\"cniVersion\":\"1.0.0\"}", "");
    assert_addresses("{\"ips\":[]}", "");
    assert_int_equal(cni_result_addresses(arena, NULL, "eth0", list, 1), 0);
    arena_destroy(arena);
}

static void no_more_than_fit_are_told(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_string_equal(addresses(arena,
                                  "{\"ips\":[{\"address\":\"10.1.0.5/16\"},"
                                  "{\"address\":\"10.1.0.6/16\"}]}",
                                  1),
                        "10.1.0.5");
    arena_destroy(arena);
}

static void garbage_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place;
    } bad[] = {
        {"{\"ips\":[{\"address\":\"10.1.0.5/16\"},{\"address\":\"10.1.0\"}]}", "ips[1]"},
        {"{\"ips\":[{\"address\":7}]}", "ips[0]"},
        {"{\"ips\":[{}]}", "ips[0]"},
        {"{\"ips\":[\"10.1.0.5/16\"]}", "ips[0]"},
        {"{\"ips\":[{\"address\":\"/16\"}]}", "ips[0]"},
        {"{\"ips\":[{\"address\":\"1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111:2222\"}]"
         "}",
         "ips[0]"},
        {"{\"ip4\":{\"ip\":\"fd00::zz\"}}", "ip4"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err err = ERR_INIT;
        json_auto_t *result = json_loads(bad[i].text, 0, NULL);
        assert_false(cni_result_check(result, &err));
        assert_int_equal(err.code, CODE_UNKNOWN);
        assert_non_null(strstr(err.text, bad[i].place));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_0_3_1_marks_the_family),
        cmocka_unit_test(both_families_keep_the_order_of_the_result),
        cmocka_unit_test(addresses_of_other_interfaces_are_not_the_pods),
        cmocka_unit_test(results_before_0_3_0_have_one_of_each_family),
        cmocka_unit_test(a_result_need_not_have_addresses),
        cmocka_unit_test(no_more_than_fit_are_told),
        cmocka_unit_test(garbage_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
