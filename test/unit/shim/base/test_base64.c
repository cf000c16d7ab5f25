/* base64, by the vectors of RFC 4648, section 10, and what is not in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "shim/base/base64.h"

static const char *const vectors[][2] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};
enum { VECTORS = sizeof(vectors) / sizeof(vectors[0]) };

static void the_vectors_of_the_rfc_go_both_ways(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    for (size_t i = 0; i < VECTORS; i++) {
        char *bytes;
        size_t length;
        assert_string_equal(base64_encode(arena, vectors[i][0], strlen(vectors[i][0])),
                            vectors[i][1]);
        assert_true(base64_decode(arena, vectors[i][1], &bytes, &length));
        assert_int_equal(length, strlen(vectors[i][0]));
        assert_string_equal(bytes, vectors[i][0]);
    }
    arena_destroy(arena);
}

static void all_bytes_survive_in_both_alphabets(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    unsigned char all[256];
    for (size_t length = 0; length <= sizeof(all); length++) {
        for (size_t i = 0; i < length; i++)
            all[i] = (unsigned char)(255 - i);
        char *bytes;
        size_t decoded;
        assert_true(base64_decode(arena, base64_encode(arena, all, length), &bytes, &decoded));
        assert_int_equal(decoded, length);
        assert_memory_equal(bytes, all, length);
        assert_true(base64_decode(arena, base64_encode_url(arena, all, length), &bytes, &decoded));
        assert_int_equal(decoded, length);
        assert_memory_equal(bytes, all, length);
    }
    arena_destroy(arena);
}

static void the_alphabets_differ_in_two_characters(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_string_equal(base64_encode(arena, "\xfb\xff", 2), "+/8=");
    assert_string_equal(base64_encode_url(arena, "\xfb\xff", 2), "-_8=");
    arena_destroy(arena);
}

static void padding_may_be_missing(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    char *bytes;
    size_t length;
    assert_true(base64_decode(arena, "Zm9vYg", &bytes, &length));
    assert_string_equal(bytes, "foob");
    arena_destroy(arena);
}

static void what_is_no_base64_is_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    static const char *const bad[] = {"Z",      "Zm9vY", "Zm9v===", "Zg==Zg==", "Zm 9",
                                      "Zm9v\n", "Zm9$",  "=",       "==",       "Zm9\x80"};
    char *bytes;
    size_t length;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(base64_decode(arena, bad[i], &bytes, &length));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc_go_both_ways),
        cmocka_unit_test(all_bytes_survive_in_both_alphabets),
        cmocka_unit_test(the_alphabets_differ_in_two_characters),
        cmocka_unit_test(padding_may_be_missing),
        cmocka_unit_test(what_is_no_base64_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
