/* arena and buf: who owns what, and where growth ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "shim/base/arena.h"
#include "shim/base/buf.h"

static void arena_memory_is_aligned_and_apart(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    unsigned char *blocks[200];
    for (size_t i = 0; i < 200; i++) {
        size_t size = i * 97 + 1;
        blocks[i] = arena_alloc(arena, size);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)i, size);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t j = 0; j < i * 97 + 1; j++)
            assert_int_equal(blocks[i][j], (unsigned char)i);
    arena_destroy(arena);
}

static void arena_texts_are_copies(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    char text[] = "hello";
    const char *copy = arena_strdup(arena, text);
    text[0] = 'j';
    assert_string_equal(copy, "hello");
    assert_string_equal(arena_strndup(arena, "hello", 2), "he");
    assert_string_equal(arena_printf(arena, "%s-%d", "a", 12), "a-12");
    assert_null(((void **)arena_array(arena, 3, sizeof(void *)))[2]);
    arena_destroy(arena);
}

static char order[8];

static void note(void *object)
{
    strcat(order, object);
}

static void arena_runs_deferred_functions_last_one_first(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    char first[] = "1", second[] = "2";
    arena_defer(arena, note, first);
    arena_defer(arena, note, second);
    assert_string_equal(order, "");
    arena_destroy(arena);
    assert_string_equal(order, "21");
    arena_destroy(NULL);
}

static void arena_takes_one_json_reference(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    json_t *json = json_string("x");
    json_incref(json);
    assert_ptr_equal(arena_json(arena, json), json);
    assert_null(arena_json(arena, NULL));
    arena_destroy(arena);
    assert_int_equal(json->refcount, 1);
    json_decref(json);
}

static void buf_grows_to_its_limit_and_no_further(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 1000);
    char block[300];
    memset(block, 'a', sizeof(block));
    assert_true(buf_append(&buf, block, 300));
    assert_true(buf_append(&buf, block, 300));
    assert_true(buf_append(&buf, block, 300));
    assert_false(buf_append(&buf, block, 300));
    assert_int_equal(buf.length, 1000);
    assert_false(buf_append(&buf, "b", 1));
    assert_true(buf_append(&buf, "", 0));
    buf_consume(&buf, 999);
    assert_int_equal(buf.length, 1);
    assert_int_equal(buf.data[0], 'a');
    buf_consume(&buf, 5);
    assert_int_equal(buf.length, 0);
    buf_done(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_memory_is_aligned_and_apart),
        cmocka_unit_test(arena_texts_are_copies),
        cmocka_unit_test(arena_runs_deferred_functions_last_one_first),
        cmocka_unit_test(arena_takes_one_json_reference),
        cmocka_unit_test(buf_grows_to_its_limit_and_no_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
