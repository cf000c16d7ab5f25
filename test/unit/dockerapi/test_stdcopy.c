#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dockerapi/stdcopy.h"

/* Pieces, put together per run of one stream: "1:out|2:err|". */
struct sink {
    char text[256];
    int last;
};

static void collect(void *context, enum stdcopy_stream stream, const char *bytes, size_t length)
{
    struct sink *sink = context;
    assert_true(length > 0);
    size_t used = strlen(sink->text);
    if (sink->last != (int)stream + 1)
        used += (size_t)snprintf(sink->text + used, sizeof(sink->text) - used, "|%d:", (int)stream);
    sink->last = (int)stream + 1;
    (void)snprintf(sink->text + used, sizeof(sink->text) - used, "%.*s", (int)length, bytes);
}

static const char FRAMES[] = "\1\0\0\0\0\0\0\3out"
                             "\2\0\0\0\0\0\0\0"
                             "\2\0\0\0\0\0\0\5error"
                             "\3\0\0\0\0\0\0\1!"
                             "\0\0\0\0\0\0\0\2in";
enum { FRAMES_LENGTH = sizeof(FRAMES) - 1 };
static const char WANTED[] = "|1:out|2:error|3:!|0:in";

static void feeds_whole(void **state)
{
    (void)state;
    struct stdcopy stdcopy = {0};
    struct sink sink = {0};
    struct err err = ERR_INIT;
    assert_true(stdcopy_feed(&stdcopy, FRAMES, FRAMES_LENGTH, collect, &sink, &err));
    assert_string_equal(sink.text, WANTED);
    assert_true(stdcopy_at_border(&stdcopy));
}

/* Every split into two, and one byte at a time; each byte in memory of its own size. */
static void feeds_split(void **state)
{
    (void)state;
    for (size_t split = 0; split <= FRAMES_LENGTH; split++) {
        struct stdcopy stdcopy = {0};
        struct sink sink = {0};
        struct err err = ERR_INIT;
        assert_true(stdcopy_feed(&stdcopy, FRAMES, split, collect, &sink, &err));
        assert_true(
            stdcopy_feed(&stdcopy, FRAMES + split, FRAMES_LENGTH - split, collect, &sink, &err));
        assert_string_equal(sink.text, WANTED);
    }
    struct stdcopy stdcopy = {0};
    struct sink sink = {0};
    struct err err = ERR_INIT;
    for (size_t i = 0; i < FRAMES_LENGTH; i++) {
        char *byte = malloc(1);
        *byte = FRAMES[i];
        assert_true(stdcopy_feed(&stdcopy, byte, 1, collect, &sink, &err));
        free(byte);
    }
    assert_string_equal(sink.text, WANTED);
}

static void knows_borders(void **state)
{
    (void)state;
    struct stdcopy stdcopy = {0};
    struct sink sink = {0};
    struct err err = ERR_INIT;
    assert_true(stdcopy_at_border(&stdcopy));
    for (size_t i = 0; i < FRAMES_LENGTH; i++) {
        assert_true(stdcopy_feed(&stdcopy, FRAMES + i, 1, collect, &sink, &err));
        size_t fed = i + 1;
        bool border = fed == 11 || fed == 19 || fed == 32 || fed == 41 || fed == 51;
        assert_int_equal(stdcopy_at_border(&stdcopy), border);
    }
}

static void reads_the_whole_length(void **state)
{
    (void)state;
    struct stdcopy stdcopy = {0};
    struct sink sink = {0};
    struct err err = ERR_INIT;
    assert_true(stdcopy_feed(&stdcopy, "\1\0\0\0\xfe\xdc\xba\x98x", 9, collect, &sink, &err));
    assert_int_equal(stdcopy.left, 0xfedcba97u);
    assert_false(stdcopy_at_border(&stdcopy));
}

static void refuses_what_is_no_frame(void **state)
{
    (void)state;
    static const char *const heads[] = {"\4\0\0\0\0\0\0\1x", "\1\0\0\1\0\0\0\1x", "hello wor",
                                        "\xff\0\0\0\0\0\0\1x"};
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        struct stdcopy stdcopy = {0};
        struct sink sink = {0};
        struct err err = ERR_INIT;
        assert_false(stdcopy_feed(&stdcopy, heads[i], 9, collect, &sink, &err));
        assert_int_equal(err.code, CODE_UNKNOWN);
        assert_string_equal(sink.text, "");
        assert_false(stdcopy_feed(&stdcopy, "more", 4, collect, &sink, &err));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feeds_whole),
        cmocka_unit_test(feeds_split),
        cmocka_unit_test(knows_borders),
        cmocka_unit_test(reads_the_whole_length),
        cmocka_unit_test(refuses_what_is_no_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
