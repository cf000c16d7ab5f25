/* auth: credentials of a pull in all of their forms. */
#include "test/unit/shim/translate/document.h"

#include <string.h>

#include "shim/translate/auth.h"

static json_t *translate(struct arena *arena, const Cri__AuthConfig *auth, const char *domain)
{
    json_t *out = (json_t *)-1;
    struct err err = ERR_INIT;
    if (!translate_auth(arena, auth, domain, &out, &err))
        fail_msg("%s", err.text);
    return out;
}

static Cri__AuthConfig empty(void)
{
    Cri__AuthConfig auth;
    cri__auth_config__init(&auth);
    return auth;
}

static void assert_document(struct arena *arena, const Cri__AuthConfig *auth, const char *domain,
                            const char *expected)
{
    json_t *out = translate(arena, auth, domain);
    if (!json_equal(out, document(arena, expected)))
        fail_msg("%s, not %s", json_dumps(out, JSON_COMPACT), expected);
}

static void without_credentials_there_is_no_document(void **state)
{
    Cri__AuthConfig auth = empty();
    assert_null(translate(*state, NULL, "docker.io"));
    assert_null(translate(*state, &auth, "docker.io"));
    auth.server_address = "example.com";
    assert_null(translate(*state, &auth, "docker.io"));
}

static void username_and_password_go_to_the_registry_of_the_image(void **state)
{
    Cri__AuthConfig auth = empty();
    auth.username = "me";
    auth.password = "p:w";
    assert_document(*state, &auth, "example.com:5000",
                    "{'username': 'me', 'password': 'p:w', 'serveraddress': 'example.com:5000'}");
    assert_document(
        *state, &auth, "docker.io",
        "{'username': 'me', 'password': 'p:w', 'serveraddress': 'https://index.docker.io/v1/'}");
    auth.server_address = "mirror.example.com";
    assert_document(*state, &auth, "docker.io",
                    "{'username': 'me', 'password': 'p:w', 'serveraddress': 'mirror.example.com'}");
}

static void tokens_are_passed_on(void **state)
{
    Cri__AuthConfig auth = empty();
    auth.identity_token = "id";
    assert_document(*state, &auth, "r.io", "{'identitytoken': 'id', 'serveraddress': 'r.io'}");
    auth = empty();
    auth.registry_token = "bearer";
    assert_document(*state, &auth, "r.io", "{'registrytoken': 'bearer', 'serveraddress': 'r.io'}");
}

static void auth_is_base64_of_user_and_password(void **state)
{
    static const char *const forms[] = {
        "bWU6cDp3",       /* me:p:w */
        "bWU6cDp3AAAA",   /* with NUL bytes behind it */
        "bWU6cDp3AA",     /* ... and without the padding */
        "bWU6cDp3AA==\n", /* with a line's end */
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        Cri__AuthConfig auth = empty();
        auth.auth = forms[i];
        assert_document(*state, &auth, "r.io",
                        "{'username': 'me', 'password': 'p:w', 'serveraddress': 'r.io'}");
    }
}

static void the_plain_fields_come_before_auth(void **state)
{
    Cri__AuthConfig auth = empty();
    auth.username = "me";
    auth.password = "secret";
    auth.auth = "not base64 at all";
    assert_document(*state, &auth, "r.io",
                    "{'username': 'me', 'password': 'secret', 'serveraddress': 'r.io'}");
}

static void what_auth_cannot_be_is_refused_without_showing_it(void **state)
{
    static const char *const forms[] = {"%%%", "bWU", "bWVwdw==", "bWU6cDp3=A==", "bWU6/w=="};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        Cri__AuthConfig auth = empty();
        json_t *out;
        struct err err = ERR_INIT;
        auth.auth = forms[i];
        assert_false(translate_auth(*state, &auth, "r.io", &out, &err));
        assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
        assert_non_null(strstr(err.text, "auth.auth"));
        assert_null(strstr(err.text, forms[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(without_credentials_there_is_no_document),
        arena_test(username_and_password_go_to_the_registry_of_the_image),
        arena_test(tokens_are_passed_on),
        arena_test(auth_is_base64_of_user_and_password),
        arena_test(the_plain_fields_come_before_auth),
        arena_test(what_auth_cannot_be_is_refused_without_showing_it),
    };
    return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
