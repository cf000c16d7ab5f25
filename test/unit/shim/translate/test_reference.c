/* reference: the grammar of the distribution specification, and Docker's short forms. */
#include "test/unit/shim/translate/document.h"

#include <string.h>

#include "shim/translate/reference.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHA256 "sha256:" HEX64

static void short_and_full_forms_are_one(void **state)
{
    static const struct {
        const char *text, *domain, *path, *tag, *digest;
    } cases[] = {
        {"nginx", "docker.io", "library/nginx", "latest", ""},
        {"nginx:1.27", "docker.io", "library/nginx", "1.27", ""},
        {"library/nginx", "docker.io", "library/nginx", "latest", ""},
        {"docker.io/nginx", "docker.io", "library/nginx", "latest", ""},
        {"docker.io/library/nginx:latest", "docker.io", "library/nginx", "latest", ""},
        {"index.docker.io/nginx", "docker.io", "library/nginx", "latest", ""},
        {"user/app", "docker.io", "user/app", "latest", ""},
        {"a/b/c:d", "docker.io", "a/b/c", "d", ""},
        {"localhost/app", "localhost", "app", "latest", ""},
        {"localhost:5000/app:1", "localhost:5000", "app", "1", ""},
        {"host:5000/a/b", "host:5000", "a/b", "latest", ""},
        {"registry.k8s.io/pause:3.9", "registry.k8s.io", "pause", "3.9", ""},
        {"127.0.0.1:443/x", "127.0.0.1:443", "x", "latest", ""},
        {"[::1]:5000/x:y", "[::1]:5000", "x", "y", ""},
        {"[2001:db8::1]/x", "[2001:db8::1]", "x", "latest", ""},
        {"Registry/app", "Registry", "app", "latest", ""}, /* a folder would be lower case */
        {"EXAMPLE.com:80/app", "EXAMPLE.com:80", "app", "latest", ""},
        {"host:5000", "docker.io", "library/host", "5000", ""}, /* no slash, so it is a tag */
        {"nginx@" SHA256, "docker.io", "library/nginx", "", SHA256},
        {"nginx:1@" SHA256, "docker.io", "library/nginx", "1", SHA256},
        {"r.io:1/a:T_a.g-9@" SHA256, "r.io:1", "a", "T_a.g-9", SHA256},
        {"x@sha512:" HEX64 HEX64, "docker.io", "library/x", "", "sha512:" HEX64 HEX64},
        {"sha256:abc", "docker.io", "library/sha256", "abc", ""},
        {"a.b/c", "a.b", "c", "latest", ""},
        {"a__b/c--d.e_f", "docker.io", "a__b/c--d.e_f", "latest", ""},
        {"x:_", "docker.io", "library/x", "_", ""},
        {"0123456789abcdef", "docker.io", "library/0123456789abcdef", "latest", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reference reference;
        struct err err = ERR_INIT;
        if (!reference_parse(*state, cases[i].text, &reference, &err))
            fail_msg("%s: %s", cases[i].text, err.text);
        assert_string_equal(reference.domain, cases[i].domain);
        assert_string_equal(reference.path, cases[i].path);
        assert_string_equal(reference.tag, cases[i].tag);
        assert_string_equal(reference.digest, cases[i].digest);
    }
}

static void what_is_no_reference_is_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "the repository is malformed"},
        {"Nginx", "the repository must be lower case"},
        {"docker.io/Library/nginx", "the repository must be lower case"},
        {"a/B", "the repository must be lower case"},
        {"https://example.com/x", "the registry is malformed"},
        {"host:port/x", "the registry is malformed"},
        {"host:/x", "the registry is malformed"},
        {"-a.b/x", "the registry is malformed"},
        {"a..b/x", "the registry is malformed"},
        {"[::1/x", "the registry is malformed"},
        {"[]:1/x", "the registry is malformed"},
        {".a/x", "the registry is malformed"},
        {"/x", "the repository is malformed"},
        {"x/", "the repository is malformed"},
        {"a//b", "the repository is malformed"},
        {"a___b", "the repository is malformed"},
        {"a.-b", "the repository is malformed"},
        {"-a", "the repository is malformed"},
        {"a-", "the repository is malformed"},
        {"a b", "the repository is malformed"},
        {"a/b:c/d", "the repository is malformed"},
        {"na\xc3\xafve", "the repository is malformed"},
        {"x:", "the tag is malformed"},
        {"x:-a", "the tag is malformed"},
        {"x:.a", "the tag is malformed"},
        {"x:a:b", "the tag is malformed"},
        {"x@", "the digest is malformed"},
        {"x@sha256:abc", "the digest is malformed"},
        {"x@md5:" HEX64, "the digest is malformed"},
        {"x@sha512:" HEX64, "the digest is malformed"},
        {"x@" SHA256 "0", "the digest is malformed"},
        {"x@SHA256:" HEX64, "the digest is malformed"},
        {"x@" SHA256 "@" SHA256, "the digest is malformed"},
        {HEX64, "is an image id"},
        {SHA256, "is an image id"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reference reference;
        struct err err = ERR_INIT;
        if (reference_parse(*state, cases[i].text, &reference, &err))
            fail_msg("\"%s\" was taken", cases[i].text);
        assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
        if (strstr(err.text, cases[i].why) == NULL)
            fail_msg("\"%s\" was refused otherwise: %s", cases[i].text, err.text);
    }
}

static bool parses(struct arena *arena, const char *prefix, size_t length, const char *suffix)
{
    struct reference reference;
    struct err err = ERR_INIT;
    char *text = arena_alloc(arena, length + 512);
    char *at = stpcpy(text, prefix);
    memset(at, 'a', length);
    (void)strcpy(at + length, suffix);
    return reference_parse(arena, text, &reference, &err);
}

static void lengths_are_limited(void **state)
{
    assert_true(parses(*state, "x/", 253, ""));
    assert_false(parses(*state, "x/", 254, ""));
    assert_true(parses(*state, "", 247, ":tag")); /* "library/" counts */
    assert_false(parses(*state, "", 248, ":tag"));
    assert_true(parses(*state, "x:", 128, ""));
    assert_false(parses(*state, "x:", 129, ""));
    assert_false(parses(*state, "x:", 100000, ""));
}

static void ids_are_told_from_references(void **state)
{
    (void)state;
    assert_true(reference_is_id(HEX64));
    assert_true(reference_is_id(SHA256));
    assert_false(reference_is_id(""));
    assert_false(reference_is_id("sha256:"));
    assert_false(reference_is_id("sha256:abc"));
    assert_false(reference_is_id(HEX64 "0"));
    assert_false(reference_is_id("sha512:" HEX64));
    assert_false(
        reference_is_id("0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"));
    assert_false(reference_is_id("nginx@" SHA256));
}

static void the_familiar_form_leaves_docker_hub_out(void **state)
{
    static const struct {
        const char *text, *full, *familiar;
    } cases[] = {
        {"nginx:1", "docker.io/library/nginx", "nginx"},
        {"docker.io/user/app", "docker.io/user/app", "user/app"},
        {"docker.io/library/a/b", "docker.io/library/a/b", "library/a/b"},
        {"docker.io/quay.io/x", "docker.io/quay.io/x", "docker.io/quay.io/x"},
        {"docker.io/localhost/x", "docker.io/localhost/x", "docker.io/localhost/x"},
        {"quay.io/library/nginx", "quay.io/library/nginx", "quay.io/library/nginx"},
        {"localhost:5000/x@" SHA256, "localhost:5000/x", "localhost:5000/x"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reference reference;
        struct err err = ERR_INIT;
        assert_true(reference_parse(*state, cases[i].text, &reference, &err));
        assert_string_equal(reference_repository(*state, &reference), cases[i].full);
        assert_string_equal(reference_familiar(*state, &reference), cases[i].familiar);
    }
}

static void repositories_are_compared_without_tag_and_digest(void **state)
{
    struct reference a, b, c;
    struct err err = ERR_INIT;
    assert_true(reference_parse(*state, "nginx:1", &a, &err));
    assert_true(reference_parse(*state, "docker.io/library/nginx@" SHA256, &b, &err));
    assert_true(reference_parse(*state, "quay.io/library/nginx:1", &c, &err));
    assert_true(reference_same_repository(&a, &b));
    assert_false(reference_same_repository(&a, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(short_and_full_forms_are_one),
        arena_test(what_is_no_reference_is_refused),
        arena_test(lengths_are_limited),
        arena_test(ids_are_told_from_references),
        arena_test(the_familiar_form_leaves_docker_hub_out),
        arena_test(repositories_are_compared_without_tag_and_digest),
    };
    return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
