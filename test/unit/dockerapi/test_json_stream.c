#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dockerapi/json_parse.h"
#include "dockerapi/json_stream.h"

/* The values of "id", one after the other. */
struct seen {
    char text[64];
    const char *refused; /* an id at which the reader gives up */
};

static bool see(void *context, const json_t *message, struct err *err)
{
    struct seen *seen = context;
    const char *id = json_string_value(json_object_get(message, "id"));
    assert_non_null(id);
    if (seen->refused != NULL && strcmp(id, seen->refused) == 0)
        return err_set(err, CODE_ABORTED, "enough");
    (void)snprintf(seen->text + strlen(seen->text), sizeof(seen->text) - strlen(seen->text), "%s",
                   id);
    return true;
}

static bool feed(const char *text, size_t split, struct seen *seen, struct err *err)
{
    struct json_stream stream;
    size_t length = strlen(text);
    json_stream_init(&stream, see, seen);
    bool ok = json_stream_feed(&stream, text, split, err) &&
              json_stream_feed(&stream, text + split, length - split, err) &&
              json_stream_end(&stream, err);
    json_stream_done(&stream);
    return ok;
}

static void lines_may_be_split_anywhere(void **state)
{
    (void)state;
    static const char TEXT[] = "{\"id\":\"a\"}\r\n\n{\"id\":\"b\"}\n \r\n{\"id\":\"c\\n\"}";
    for (size_t split = 0; split <= strlen(TEXT); split++) {
        struct seen seen = {0};
        struct err err = ERR_INIT;
        assert_true(feed(TEXT, split, &seen, &err));
        assert_string_equal(seen.text, "abc\n");
    }
}

static void an_empty_stream_is_fine(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct err err = ERR_INIT;
    assert_true(feed("", 0, &seen, &err));
    assert_true(feed("\r\n", 1, &seen, &err));
    assert_string_equal(seen.text, "");
}

static void garbage_is_not_quoted(void **state)
{
    (void)state;
    static const char *const texts[] = {"garbage\xff\x01\n",
                                        "{\"id\":\"a\"}\n{\"id\":\xff}\n",
                                        "{\"id\":\"unfinished",
                                        "[1]\n",
                                        "null\n",
                                        "\"id\"\n",
                                        "{} {}\n"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct seen seen = {0};
        struct err err = ERR_INIT;
        assert_false(feed(texts[i], 3, &seen, &err));
        assert_int_equal(err.code, CODE_UNKNOWN);
        assert_null(strpbrk(err.text, "\xff\x01"));
        assert_null(strstr(err.text, "garbage"));
    }
}

static void the_reader_can_end_it(void **state)
{
    (void)state;
    struct seen seen = {.refused = "b"};
    struct err err = ERR_INIT;
    assert_false(feed("{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"c\"}\n", 7, &seen, &err));
    assert_int_equal(err.code, CODE_ABORTED);
    assert_string_equal(seen.text, "a");
}

static void lines_are_bounded(void **state)
{
    (void)state;
    struct json_stream stream;
    struct seen seen = {0};
    struct err err = ERR_INIT;
    char piece[4096];
    memset(piece, ' ', sizeof(piece));
    json_stream_init(&stream, see, &seen);
    for (size_t fed = 0; fed < JSON_STREAM_LINE_MAX; fed += sizeof(piece))
        assert_true(json_stream_feed(&stream, piece, sizeof(piece), &err));
    assert_false(json_stream_feed(&stream, piece, 1, &err));
    assert_int_equal(err.code, CODE_RESOURCE_EXHAUSTED);
    json_stream_done(&stream);
}

static void documents_have_a_type(void **state)
{
    (void)state;
    json_t *document;
    struct err err = ERR_INIT;
    assert_true(json_parse("null", 4, JSON_ARRAY, &document, &err));
    assert_int_equal(json_array_size(document), 0);
    assert_true(json_is_array(document));
    json_decref(document);
    assert_false(json_parse("null", 4, JSON_OBJECT, &document, &err));
    assert_int_equal(err.code, CODE_UNKNOWN);
    assert_false(json_parse("[]", 2, JSON_OBJECT, &document, &err));
    assert_false(json_parse("", 0, JSON_OBJECT, &document, &err));
    assert_false(json_parse(NULL, 0, JSON_OBJECT, &document, &err));
    assert_int_equal(err.code, CODE_UNKNOWN);
}

/* One container with an odd label must not hide all the others. */
static void nul_characters_are_tolerated(void **state)
{
    (void)state;
    static const char TEXT[] = "{\"id\":\"a\\u0000b\"}";
    json_t *document;
    struct err err = ERR_INIT;
    assert_true(json_parse(TEXT, strlen(TEXT), JSON_OBJECT, &document, &err));
    assert_string_equal(json_string_value(json_object_get(document, "id")), "a");
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_may_be_split_anywhere),
        cmocka_unit_test(an_empty_stream_is_fine),
        cmocka_unit_test(garbage_is_not_quoted),
        cmocka_unit_test(the_reader_can_end_it),
        cmocka_unit_test(lines_are_bounded),
        cmocka_unit_test(documents_have_a_type),
        cmocka_unit_test(nul_characters_are_tolerated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
