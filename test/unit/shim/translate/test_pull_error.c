/* pull_error: the texts are those that engines 20.10, 26 and 28 gave, with both image stores,
 * before a registry that answers so. */
#include "test/unit/shim/translate/document.h"

#include "shim/translate/json.h"
#include "shim/translate/pull_error.h"

static void assert_refined(enum code given, const char *text, enum code code, const char *expected)
{
    struct err err = ERR_INIT;
    (void)err_set(&err, given, "%s", text);
    assert_false(pull_error_refine(&err));
    if (err.code != code)
        fail_msg("%s: code %s", text, code_name(err.code));
    assert_string_equal(err.text, expected);
}

static void a_registry_that_is_away_gets_the_prefix(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "received unexpected HTTP status: 502 Bad Gateway",
        "received unexpected HTTP status: 503 Service Unavailable",
        "received unexpected HTTP status: 504 Gateway Timeout",
        "unknown: failed to resolve reference \"r.io/x:1\": unexpected status from HEAD request to "
        "https://r.io/v2/x/manifests/1: 503 Service Unavailable",
        "error parsing HTTP 502 response body: invalid character '<' looking for beginning of "
        "value: \"<html>gateway</html>\"",
        "Get \"http://127.0.0.1:5998/v2/\": dial tcp 127.0.0.1:5998: connect: connection refused",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char expected[512];
        (void)snprintf(expected, sizeof(expected), "RegistryUnavailable: %s", texts[i]);
        assert_refined(CODE_UNKNOWN, texts[i], CODE_UNKNOWN, expected);
        assert_refined(CODE_UNAVAILABLE, texts[i], CODE_UNKNOWN, expected);
    }
}

static void an_unsigned_image_gets_the_prefix(void **state)
{
    (void)state;
    assert_refined(CODE_UNKNOWN, "image did not meet required signing policy", CODE_UNKNOWN,
                   "SignatureValidationFailed: image did not meet required signing policy");
}

static void the_registrys_refusals_get_their_codes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum code code;
    } cases[] = {
        {"unauthorized: authentication required", CODE_UNAUTHENTICATED},
        {"failed to resolve reference \"r.io/x:1\": pull access denied, repository does not exist "
         "or may require authorization: authorization failed: no basic auth credentials",
         CODE_UNAUTHENTICATED},
        {"unexpected status from HEAD request to https://r.io/v2/x/manifests/1: 401 Unauthorized",
         CODE_UNAUTHENTICATED},
        {"error parsing HTTP 403 response body: invalid character '<'", CODE_PERMISSION_DENIED},
        {"pull access denied for r.io/x, repository does not exist or may require 'docker login': "
         "denied: no",
         CODE_PERMISSION_DENIED},
        {"unexpected status from HEAD request to https://r.io/v2/x/manifests/1: 403 Forbidden",
         CODE_PERMISSION_DENIED},
        {"toomanyrequests: You have reached your limit", CODE_RESOURCE_EXHAUSTED},
        {"unexpected status from HEAD request to https://r.io/v2/x/manifests/1: 429 Too Many "
         "Requests",
         CODE_RESOURCE_EXHAUSTED},
        {"error parsing HTTP 429 response body: invalid character '<'", CODE_RESOURCE_EXHAUSTED},
        {"manifest unknown: manifest unknown", CODE_NOT_FOUND},
        {"unknown blob", CODE_NOT_FOUND},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_refined(CODE_UNKNOWN, cases[i].text, cases[i].code, cases[i].text);
}

static void what_docker_has_classified_stays(void **state)
{
    (void)state;
    const char *denied = "pull access denied for r.io/x, repository does not exist: denied: no";
    assert_refined(CODE_NOT_FOUND, denied, CODE_NOT_FOUND, denied);
    assert_refined(CODE_CANCELLED, "503 Service Unavailable", CODE_CANCELLED,
                   "503 Service Unavailable");
    assert_refined(CODE_UNKNOWN, "no space left on device", CODE_UNKNOWN,
                   "no space left on device");
    assert_refined(CODE_UNAVAILABLE, "Docker does not answer", CODE_UNAVAILABLE,
                   "Docker does not answer");
}

static void messages_are_errors_if_they_say_so(void **state)
{
    static const struct {
        const char *message;
        enum code code;
        const char *text;
    } cases[] = {
        {"{'errorDetail': {'message': 'no space left on device'}, 'error': 'no space left on "
         "device'}",
         CODE_UNKNOWN, "no space left on device"},
        {"{'error': 'broken'}", CODE_UNKNOWN, "broken"},
        {"{'errorDetail': {'message': 'broken'}}", CODE_UNKNOWN, "broken"},
        {"{'errorDetail': {'code': 401, 'message': 'x'}, 'error': 'x'}", CODE_UNAUTHENTICATED, "x"},
        {"{'errorDetail': {'code': 403, 'message': 'x'}, 'error': 'x'}", CODE_PERMISSION_DENIED,
         "x"},
        {"{'errorDetail': {'code': 404, 'message': 'x'}, 'error': 'x'}", CODE_NOT_FOUND, "x"},
        {"{'errorDetail': {'code': 429, 'message': 'x'}, 'error': 'x'}", CODE_RESOURCE_EXHAUSTED,
         "x"},
        {"{'errorDetail': {'code': 503, 'message': '<html>'}, 'error': '<html>'}", CODE_UNKNOWN,
         "RegistryUnavailable: <html>"},
        {"{'errorDetail': {'message': 'unauthorized: x'}, 'error': 'unauthorized: x'}",
         CODE_UNAUTHENTICATED, "unauthorized: x"},
        {"{'error': 'error pulling image configuration: download failed after attempts=6: received "
         "unexpected HTTP status: 503 Service Unavailable'}",
         CODE_UNKNOWN,
         "RegistryUnavailable: error pulling image configuration: download failed after "
         "attempts=6: received unexpected HTTP status: 503 Service Unavailable"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err err = ERR_INIT;
        assert_false(pull_error_check(document(*state, cases[i].message), &err));
        if (err.code != cases[i].code)
            fail_msg("%s: code %s", cases[i].message, code_name(err.code));
        assert_string_equal(err.text, cases[i].text);
    }
    struct err err = ERR_INIT;
    assert_true(pull_error_check(document(*state, "{'status': 'Downloading'}"), &err));
    assert_true(pull_error_check(document(*state, "{'error': '', 'errorDetail': {}}"), &err));
    assert_true(pull_error_check(NULL, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(a_registry_that_is_away_gets_the_prefix),
        arena_test(an_unsigned_image_gets_the_prefix),
        arena_test(the_registrys_refusals_get_their_codes),
        arena_test(what_docker_has_classified_stays),
        arena_test(messages_are_errors_if_they_say_so),
    };
    return cmocka_run_group_tests_name("pull_error", tests, NULL, NULL);
}
