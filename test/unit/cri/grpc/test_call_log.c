/* call_log: what a call's line says, when there is none, and that a flood is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cri/grpc/call_log.h"
#include "cri/rate.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"

static const struct cri_method methods[] = {
    {.name = "StopContainer"},
    {.name = "Version", .quiet = true},
};

enum { STOP, VERSION };

/* The log, with stderr in a file of memory. */
struct capture {
    struct call_log *call_log;
    int real_stderr, file;
    char text[1 << 16];
};

static int begin(void **state)
{
    static struct capture capture;
    capture.call_log = call_log_create(methods, 2);
    capture.real_stderr = dup(STDERR_FILENO);
    capture.file = memfd_create("stderr", MFD_CLOEXEC);
    log_level_set(LOG_LEVEL_INFO);
    (void)unsetenv("JOURNAL_STREAM");
    *state = &capture;
    return 0;
}

static int end(void **state)
{
    struct capture *capture = *state;
    call_log_destroy(capture->call_log);
    (void)close(capture->real_stderr);
    (void)close(capture->file);
    return 0;
}

static void write_record(struct capture *capture, const struct call_record *record)
{
    (void)dup2(capture->file, STDERR_FILENO);
    call_log_write(capture->call_log, record);
    (void)dup2(capture->real_stderr, STDERR_FILENO);
}

/* What was written since the last time. */
static const char *written(struct capture *capture)
{
    off_t size = lseek(capture->file, 0, SEEK_END);
    ssize_t got = pread(capture->file, capture->text, sizeof(capture->text) - 1, 0);
    assert_int_equal(got, size);
    capture->text[got] = '\0';
    assert_int_equal(ftruncate(capture->file, 0), 0);
    (void)lseek(capture->file, 0, SEEK_SET);
    return capture->text;
}

static struct call_record record_of(const struct cri_method *method, const struct err *err)
{
    return (struct call_record){.method = method,
                                .path = "/a/b",
                                .start_ns = 5 * NS_PER_S,
                                .end_ns = 5 * NS_PER_S + 12 * NS_PER_MS,
                                .err = err};
}

static void a_line_tells_the_call(void **state)
{
    struct err ok = ERR_INIT;
    struct call_record record = record_of(&methods[STOP], &ok);
    record.subject = "abc";
    write_record(*state, &record);
    assert_string_equal(written(*state),
                        "level=info rpc=StopContainer code=OK duration_ms=12 subject=abc\n");
}

static void a_quiet_call_is_for_debugging(void **state)
{
    struct err ok = ERR_INIT;
    struct call_record record = record_of(&methods[VERSION], &ok);
    write_record(*state, &record);
    assert_string_equal(written(*state), "");
    log_level_set(LOG_LEVEL_DEBUG);
    write_record(*state, &record);
    assert_string_equal(written(*state), "level=debug rpc=Version code=OK duration_ms=12\n");
}

static void the_level_of_a_failure_tells_whose_it_is(void **state)
{
    static const struct {
        enum code code;
        const char *level;
    } cases[] = {
        {CODE_CANCELLED, "info"},         {CODE_UNKNOWN, "error"},
        {CODE_INVALID_ARGUMENT, "info"},  {CODE_DEADLINE_EXCEEDED, "info"},
        {CODE_NOT_FOUND, "info"},         {CODE_ALREADY_EXISTS, "info"},
        {CODE_PERMISSION_DENIED, "info"}, {CODE_RESOURCE_EXHAUSTED, "info"},
        {CODE_ABORTED, "info"},           {CODE_FAILED_PRECONDITION, "info"},
        {CODE_OUT_OF_RANGE, "info"},      {CODE_UNIMPLEMENTED, "info"},
        {CODE_INTERNAL, "error"},         {CODE_UNAVAILABLE, "error"},
        {CODE_DATA_LOSS, "error"},        {CODE_UNAUTHENTICATED, "info"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err err;
        char want[256];
        (void)err_set(&err, cases[i].code, "it \"broke\"\n");
        struct call_record record = record_of(&methods[VERSION], &err);
        write_record(*state, &record);
        (void)snprintf(
            want, sizeof(want),
            "level=%s rpc=Version code=%s duration_ms=12 error=\"it \\\"broke\\\"\\n\"\n",
            cases[i].level, code_name(cases[i].code));
        assert_string_equal(written(*state), want);
    }
}

static void a_failure_that_was_to_come_is_no_alarm(void **state)
{
    struct err err;
    (void)err_set(&err, CODE_UNAVAILABLE, "the end");
    struct call_record record = record_of(&methods[STOP], &err);
    record.expected = true;
    write_record(*state, &record);
    assert_non_null(strstr(written(*state), "level=info "));
}

static void a_name_that_is_no_method_is_shown_as_it_came(void **state)
{
    struct err err;
    (void)err_set(&err, CODE_UNIMPLEMENTED, "unknown method /a/b");
    struct call_record record = record_of(NULL, &err);
    write_record(*state, &record);
    assert_string_equal(
        written(*state),
        "level=info rpc=/a/b code=UNIMPLEMENTED duration_ms=12 error=\"unknown method /a/b\"\n");
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static void a_flood_of_failures_is_cut_and_counted(void **state)
{
    struct err err, ok = ERR_INIT;
    (void)err_set(&err, CODE_NOT_FOUND, "gone");
    struct call_record failure = record_of(&methods[STOP], &err);
    for (int i = 0; i < 150; i++)
        write_record(*state, &failure);
    assert_int_equal(count_lines(written(*state)), 100);
    /* Neither other methods nor successes suffer. */
    struct call_record success = record_of(&methods[STOP], &ok);
    write_record(*state, &success);
    struct call_record other = record_of(&methods[VERSION], &err);
    write_record(*state, &other);
    assert_int_equal(count_lines(written(*state)), 2);
    failure.end_ns += 10 * NS_PER_S;
    write_record(*state, &failure);
    write_record(*state, &failure);
    assert_string_equal(written(*state), "level=info rpc=StopContainer code=NOT_FOUND "
                                         "duration_ms=10012 suppressed=50 error=gone\n");
}

static void refused_calls_are_told_with_the_next(void **state)
{
    struct capture *capture = *state;
    struct err ok = ERR_INIT;
    struct call_record record = record_of(&methods[STOP], &ok);
    call_log_refused(capture->call_log);
    call_log_refused(capture->call_log);
    write_record(capture, &record);
    assert_string_equal(written(capture),
                        "level=info rpc=StopContainer code=OK duration_ms=12 refused=2\n");
    write_record(capture, &record);
    assert_null(strstr(written(capture), "refused"));
}

static void a_rate_is_a_burst_and_then_one_per_interval(void **state)
{
    (void)state;
    struct rate rate = {.burst = 3, .interval_ns = 10};
    uint64_t suppressed = 99;
    for (int i = 0; i < 3; i++) {
        assert_true(rate_allow(&rate, 1000, &suppressed));
        assert_int_equal(suppressed, 0);
    }
    assert_false(rate_allow(&rate, 1000, &suppressed));
    assert_false(rate_allow(&rate, 1009, &suppressed));
    assert_true(rate_allow(&rate, 1010, &suppressed));
    assert_int_equal(suppressed, 2);
    assert_false(rate_allow(&rate, 1010, &suppressed));
    for (int i = 0; i < 3; i++)
        assert_true(rate_allow(&rate, 5000, &suppressed));
    assert_false(rate_allow(&rate, 5000, &suppressed));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_line_tells_the_call),
        TEST(a_quiet_call_is_for_debugging),
        TEST(the_level_of_a_failure_tells_whose_it_is),
        TEST(a_failure_that_was_to_come_is_no_alarm),
        TEST(a_name_that_is_no_method_is_shown_as_it_came),
        TEST(a_flood_of_failures_is_cut_and_counted),
        TEST(refused_calls_are_told_with_the_next),
        cmocka_unit_test(a_rate_is_a_burst_and_then_one_per_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
