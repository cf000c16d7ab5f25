#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dockerapi/base64url.h"

static void encodes(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_string_equal(base64url_encode(arena, "", 0), "");
    assert_string_equal(base64url_encode(arena, "f", 1), "Zg==");
    assert_string_equal(base64url_encode(arena, "fo", 2), "Zm8=");
    assert_string_equal(base64url_encode(arena, "foo", 3), "Zm9v");
    assert_string_equal(base64url_encode(arena, "foobar", 6), "Zm9vYmFy");
    assert_string_equal(base64url_encode(arena, "\xff\xef\xbe\0", 4), "_---AA==");
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(encodes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
