/* Paths as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shim/base/arena.h"
#include "shim/translate/path.h"

static void a_path_is_cleaned(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"/", "/"},
        {"//", "/"},
        {"/a", "/a"},
        {"/a/", "/a"},
        {"/a//b", "/a/b"},
        {"/a/./b", "/a/b"},
        {"/a/../b", "/b"},
        {"/a/b/../..", "/"},
        {"/..", "/"},
        {"/../../a", "/a"},
        {"/a/b/../c", "/a/c"},
        {"/.../..a", "/.../..a"},
        {"/a/b/../../..", "/"},
    };
    struct arena *arena = arena_create();
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        assert_string_equal(path_clean(arena, pairs[i][0]), pairs[i][1]);
    arena_destroy(arena);
}

static void a_local_path_stays_beneath(void **state)
{
    (void)state;
    static const char *const local[] = {"a", "a/b", "a/", "./a", "..a/b..", "a/...", "a//b"};
    static const char *const foreign[] = {"", "/", "/a", "..", "../a", "a/..", "a/../b", "a/b/.."};
    for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
        assert_true(path_is_local(local[i]));
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
        assert_false(path_is_local(foreign[i]));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_cleaned),
        cmocka_unit_test(a_local_path_stays_beneath),
    };
    return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
