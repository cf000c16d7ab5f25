#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "dockerapi/status.h"

static void maps_http_status(void **state)
{
    (void)state;
    static const struct {
        long status;
        enum code code;
    } cases[] = {
        {400, CODE_INVALID_ARGUMENT},
        {401, CODE_UNAUTHENTICATED},
        {403, CODE_PERMISSION_DENIED},
        {404, CODE_NOT_FOUND},
        {409, CODE_FAILED_PRECONDITION},
        {429, CODE_RESOURCE_EXHAUSTED},
        {500, CODE_UNKNOWN},
        {501, CODE_UNIMPLEMENTED},
        {502, CODE_UNAVAILABLE},
        {503, CODE_UNAVAILABLE},
        {504, CODE_UNAVAILABLE},
        {301, CODE_UNKNOWN},
        {418, CODE_UNKNOWN},
        {0, CODE_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(status_http_code(cases[i].status, false), cases[i].code);
    assert_int_equal(status_http_code(409, true), CODE_ALREADY_EXISTS);
    assert_int_equal(status_http_code(404, true), CODE_NOT_FOUND);
}

static void maps_curl_codes(void **state)
{
    (void)state;
    static const struct {
        CURLcode result;
        enum code code;
    } cases[] = {
        {CURLE_COULDNT_CONNECT, CODE_UNAVAILABLE},
        {CURLE_COULDNT_RESOLVE_HOST, CODE_UNAVAILABLE},
        {CURLE_GOT_NOTHING, CODE_UNAVAILABLE},
        {CURLE_PARTIAL_FILE, CODE_UNAVAILABLE},
        {CURLE_RECV_ERROR, CODE_UNAVAILABLE},
        {CURLE_SEND_ERROR, CODE_UNAVAILABLE},
        {CURLE_PEER_FAILED_VERIFICATION, CODE_UNAUTHENTICATED},
        {CURLE_OUT_OF_MEMORY, CODE_RESOURCE_EXHAUSTED},
        {CURLE_UNSUPPORTED_PROTOCOL, CODE_UNKNOWN},
        {CURLE_URL_MALFORMAT, CODE_INTERNAL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(status_curl_code(cases[i].result), cases[i].code);
}

static void check_message(const char *body, size_t length, const char *wanted)
{
    struct err err = ERR_INIT;
    assert_false(status_http_error(404, false, body, length, &err));
    assert_int_equal(err.code, CODE_NOT_FOUND);
    assert_string_equal(err.text, wanted);
}

static void passes_the_message_on(void **state)
{
    (void)state;
    static const char GOOD[] = "{\"message\":\"No such image: \\u00e4 %s\"}";
    static const char *const others[] = {"",
                                         "<html>\xff</html>",
                                         "{\"message\":1}",
                                         "{\"error\":\"x\"}",
                                         "[\"message\"]",
                                         "{\"message\":\"\"}",
                                         "{\"message\":\"half"};
    check_message(GOOD, strlen(GOOD), "No such image: \xc3\xa4 %s");
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        check_message(others[i], strlen(others[i]), "HTTP status 404");
    check_message(NULL, 0, "HTTP status 404");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_http_status),
        cmocka_unit_test(maps_curl_codes),
        cmocka_unit_test(passes_the_message_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
