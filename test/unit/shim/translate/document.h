/* Documents written in a test, with ' for " so that they can be read, and an arena for each test.
 */
#ifndef TEST_UNIT_SHIM_TRANSLATE_DOCUMENT_H
#define TEST_UNIT_SHIM_TRANSLATE_DOCUMENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "shim/base/arena.h"

static inline json_t *document(struct arena *arena, const char *text)
{
    char *json = arena_strdup(arena, text);
    for (char *at = json; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    json_error_t error;
    json_t *parsed = json_loads(json, 0, &error);
    if (parsed == NULL)
        fail_msg("%s in %s", error.text, json);
    return arena_json(arena, parsed);
}

static inline int arena_setup(void **state)
{
    *state = arena_create();
    return 0;
}

static inline int arena_teardown(void **state)
{
    arena_destroy(*state);
    return 0;
}

/* A test that gets an arena as its state. */
#define arena_test(function) cmocka_unit_test_setup_teardown(function, arena_setup, arena_teardown)

#endif
