/* The dispatch table against the contract: each of the 43 rpcs once, and streaming where it must
 * be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "shim/rpc/rpc.h"

static const struct cri_method *find(const char *service, const char *name)
{
    const struct cri_method *found = NULL;
    for (size_t i = 0; i < RPC_COUNT; i++) {
        const struct cri_method *method = &rpc_table()[i];
        const char *short_name = strrchr(method->service, '.') + 1;
        if (strcmp(short_name, service) != 0 || strcmp(method->name, name) != 0)
            continue;
        assert_null(found); /* it stands there twice */
        found = method;
    }
    return found;
}

static void check_row(const char *service, const char *name, const char *types, const char *kind)
{
    char input[128], output[128];
    const struct cri_method *method = find(service, name);
    if (method == NULL) {
        fail_msg("rpc %s.%s is not in the table", service, name);
        return;
    }
    assert_int_equal(sscanf(types, "%127s -> %127s", input, output), 2);
    assert_string_equal(method->input->short_name, input);
    assert_string_equal(method->output->short_name, output);
    bool streaming = strcmp(kind, "server-stream") == 0;
    if (method->reason == NULL && streaming != (method->stream != NULL))
        fail_msg("rpc %s.%s: one of table and contract says that it streams", service, name);
}

static void the_table_is_the_contract(void **state)
{
    (void)state;
    FILE *file = fopen("proto/contract.tsv", "r");
    assert_non_null(file);
    char line[512], service[64], name[64], types[256], kind[32];
    int rpcs = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "rpc\t%63[^\t]\t\t%63[^\t]\t%255[^\t]\t%31[^\n]", service, name, types,
                   kind) != 4)
            continue;
        check_row(service, name, types, kind);
        rpcs++;
    }
    (void)fclose(file);
    assert_int_equal(rpcs, RPC_COUNT);
}

static void every_rpc_has_a_handler_or_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < RPC_COUNT; i++) {
        const struct cri_method *method = &rpc_table()[i];
        int ways = (method->unary != NULL) + (method->stream != NULL) + (method->reason != NULL);
        if (ways != 1)
            fail_msg("rpc %s has %d of handler, stream handler and reason", method->name, ways);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_the_contract),
        cmocka_unit_test(every_rpc_has_a_handler_or_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
