/* docker_config: which credentials of the node's config.json belong to an image. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "shim/base/arena.h"
#include "shim/translate/docker_config.h"
#include "shim/translate/json.h"

/* "hub:one", "team:two", "host:three", "port:four" in base64. */
static const char config_text[] =
    "{\"auths\": {"
    "  \"https://index.docker.io/v1/\": {\"auth\": \"aHViOm9uZQ==\"},"
    "  \"registry.example/team/a\": {\"auth\": \"dGVhbTp0d28=\"},"
    "  \"registry.example\": {\"auth\": \"aG9zdDp0aHJlZQ==\"},"
    "  \"http://localhost:5000/v2/\": {\"auth\": \"cG9ydDpmb3Vy\"},"
    "  \"plain.example\": {\"username\": \"u\", \"password\": \"p\"},"
    "  \"token.example\": {\"auth\": \"dTo=\", \"identitytoken\": \"idt\"},"
    "  \"broken.example\": {\"auth\": \"%%%\"},"
    "  \"empty.example\": {}"
    "}, \"credHelpers\": {\"helped.example\": \"ecr-login\"}}";

static int setup(void **state)
{
    *state = arena_create();
    return 0;
}

static int teardown(void **state)
{
    arena_destroy(*state);
    return 0;
}

static json_t *load(struct arena *arena, const char *text)
{
    json_error_t error;
    json_t *config = arena_json(arena, json_loads(text, 0, &error));
    assert_non_null(config);
    return config;
}

static struct reference parse(struct arena *arena, const char *text)
{
    struct reference reference;
    struct err err = ERR_INIT;
    assert_true(reference_parse(arena, text, &reference, &err));
    return reference;
}

/* The user whose credentials an image gets; NULL for none. */
static const char *user_of(struct arena *arena, const char *image)
{
    struct reference reference = parse(arena, image);
    struct err err = ERR_INIT;
    json_t *auth;
    assert_true(docker_config_auth(arena, load(arena, config_text), &reference, &auth, &err));
    return auth != NULL ? json_text_at(auth, "username") : NULL;
}

static void an_entry_is_found_by_its_registry(void **state)
{
    assert_string_equal(user_of(*state, "registry.example/x:1"), "host");
    assert_string_equal(user_of(*state, "plain.example/pause"), "u");
    assert_null(user_of(*state, "other.example/x"));
    assert_null(user_of(*state, "registry.example.org/x"));
    assert_null(user_of(*state, "registry.example:5000/x"));
}

static void docker_hub_is_known_by_the_address_of_its_index(void **state)
{
    assert_string_equal(user_of(*state, "busybox"), "hub");
    assert_string_equal(user_of(*state, "docker.io/org/image:2"), "hub");
}

static void scheme_and_api_version_of_an_entry_do_not_count(void **state)
{
    assert_string_equal(user_of(*state, "localhost:5000/x"), "port");
    assert_null(user_of(*state, "localhost/x"));
}

static void the_longest_folder_wins_on_whole_names(void **state)
{
    assert_string_equal(user_of(*state, "registry.example/team/a/x"), "team");
    assert_string_equal(user_of(*state, "registry.example/team/a"), "team");
    assert_string_equal(user_of(*state, "registry.example/team/ab"), "host");
    assert_string_equal(user_of(*state, "registry.example/team"), "host");
}

static void what_docker_gets_is_complete(void **state)
{
    struct reference reference = parse(*state, "registry.example/x");
    struct err err = ERR_INIT;
    json_t *auth;
    assert_true(docker_config_auth(*state, load(*state, config_text), &reference, &auth, &err));
    assert_string_equal(json_text_at(auth, "password"), "three");
    assert_string_equal(json_text_at(auth, "serveraddress"), "registry.example");
    reference = parse(*state, "token.example/x");
    assert_true(docker_config_auth(*state, load(*state, config_text), &reference, &auth, &err));
    assert_string_equal(json_text_at(auth, "identitytoken"), "idt");
}

static void an_entry_without_credentials_gives_none(void **state)
{
    assert_null(user_of(*state, "empty.example/x"));
}

static void a_broken_entry_is_named(void **state)
{
    struct reference reference = parse(*state, "broken.example/x");
    struct err err = ERR_INIT;
    json_t *auth;
    assert_false(docker_config_auth(*state, load(*state, config_text), &reference, &auth, &err));
    assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "broken.example"));
}

static void files_of_another_shape_hold_nothing(void **state)
{
    static const char *const texts[] = {"{}", "[]", "{\"auths\": []}", "{\"auths\": {\"a\": 1}}",
                                        "{\"auths\": {\"plain.example\": null}}"};
    struct reference reference = parse(*state, "plain.example/x");
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct err err = ERR_INIT;
        json_t *auth = NULL, *config = load(*state, texts[i]);
        assert_true(docker_config_auth(*state, config, &reference, &auth, &err));
        assert_null(auth);
        assert_null(docker_config_helper(config, &reference));
    }
}

static void helpers_are_named_but_that_is_all(void **state)
{
    json_t *config = load(*state, config_text);
    struct reference helped = parse(*state, "helped.example/x");
    struct reference other = parse(*state, "other.example/x");
    assert_string_equal(docker_config_helper(config, &helped), "ecr-login");
    assert_null(docker_config_helper(config, &other));
    assert_string_equal(docker_config_helper(load(*state, "{\"credsStore\": \"pass\"}"), &other),
                        "pass");
    assert_null(user_of(*state, "helped.example/x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_found_by_its_registry),
        cmocka_unit_test(docker_hub_is_known_by_the_address_of_its_index),
        cmocka_unit_test(scheme_and_api_version_of_an_entry_do_not_count),
        cmocka_unit_test(the_longest_folder_wins_on_whole_names),
        cmocka_unit_test(what_docker_gets_is_complete),
        cmocka_unit_test(an_entry_without_credentials_gives_none),
        cmocka_unit_test(a_broken_entry_is_named),
        cmocka_unit_test(files_of_another_shape_hold_nothing),
        cmocka_unit_test(helpers_are_named_but_that_is_all),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
