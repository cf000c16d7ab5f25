/* One container's log over restarts, rotations and hostile directories: each line once, in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/base/arena.h"
#include "shim/base/file.h"
#include "shim/logs/follower.h"

#define TIME "2026-01-02T03:04:05.678901234Z"

struct fixture {
    struct arena *arena;
    char folder[32];
    const char *input, *root, *output, *checkpoint;
    struct follower *follower;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->arena = arena_create();
    strcpy(f->folder, "/tmp/follower.XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return -1;
    f->input = arena_printf(f->arena, "%s/docker.log", f->folder);
    f->root = arena_printf(f->arena, "%s/pods/uid", f->folder);
    f->output = arena_printf(f->arena, "%s/main/0.log", f->root);
    f->checkpoint = arena_printf(f->arena, "%s/checkpoint", f->folder);
    close(open(f->input, O_WRONLY | O_CREAT, 0600));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    follower_destroy(f->follower);
    int result = system(arena_printf(f->arena, "rm -rf %s", f->folder));
    arena_destroy(f->arena);
    free(f);
    return result;
}

/* A new life of the daemon: whatever the old follower had in memory is lost. */
static void begin(struct fixture *f)
{
    struct err err = ERR_INIT;
    struct follower_options options = {
        .id = "abc",
        .input_path = f->input,
        .output_root = f->root,
        .output_path = "main/0.log",
        .checkpoint_path = f->checkpoint,
    };
    follower_destroy(f->follower);
    f->follower = follower_create(&options, &err);
    assert_string_equal(err.text, "");
    assert_non_null(f->follower);
}

static void append(const char *path, const char *text)
{
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void docker_writes(struct fixture *f, int from, int to)
{
    for (int i = from; i < to; i++)
        append(f->input,
               arena_printf(
                   f->arena,
                   "{\"log\":\"line %d\\n\",\"stream\":\"stdout\",\"time\":\"" TIME "\"}\n", i));
}

static const char *content(struct fixture *f, const char *path)
{
    struct err err = ERR_INIT;
    char *text = NULL;
    size_t length;
    assert_true(file_read(f->arena, path, 64 << 20, &text, &length, &err));
    return text;
}

static const char *expected(struct fixture *f, int from, int to)
{
    const char *text = "";
    for (int i = from; i < to; i++)
        text = arena_printf(f->arena, "%s" TIME " stdout F line %d\n", text, i);
    return text;
}

static void drain(struct fixture *f)
{
    struct err err = ERR_INIT;
    assert_true(follower_drain(f->follower, &err));
}

static void lines_are_carried_over_as_they_come(void **state)
{
    struct fixture *f = *state;
    begin(f);
    assert_int_equal(follower_step(f->follower), FOLLOWER_IDLE);
    docker_writes(f, 0, 3);
    assert_int_equal(follower_step(f->follower), FOLLOWER_MORE);
    assert_int_equal(follower_step(f->follower), FOLLOWER_IDLE);
    assert_string_equal(content(f, f->output), expected(f, 0, 3));
    append(f->input, "{\"log\":\"li");
    drain(f);
    assert_string_equal(content(f, f->output), expected(f, 0, 3));
    append(f->input, "ne 3\\n\",\"stream\":\"stdout\",\"time\":\"" TIME "\"}\n");
    drain(f);
    assert_string_equal(content(f, f->output), expected(f, 0, 4));
}

static void a_damaged_line_costs_only_itself(void **state)
{
    struct fixture *f = *state;
    begin(f);
    docker_writes(f, 0, 1);
    append(f->input, "{\"log\":\"torn\n");
    docker_writes(f, 1, 2);
    drain(f);
    assert_string_equal(content(f, f->output), expected(f, 0, 2));
}

static void a_restart_goes_on_where_it_was(void **state)
{
    struct fixture *f = *state;
    begin(f);
    docker_writes(f, 0, 5);
    drain(f);
    begin(f);
    drain(f);
    docker_writes(f, 5, 7);
    begin(f);
    drain(f);
    assert_string_equal(content(f, f->output), expected(f, 0, 7));
}

/* The checkpoint may be any amount older than the output, and the output torn anywhere. */
static void a_kill_at_any_byte_loses_and_doubles_nothing(void **state)
{
    struct fixture *f = *state;
    docker_writes(f, 0, 6);
    const char *whole = expected(f, 0, 6);
    for (int checkpointed = 0; checkpointed < 2; checkpointed++) {
        for (size_t length = 0; length <= strlen(whole); length++) {
            (void)unlink(f->checkpoint);
            (void)unlink(f->output);
            if (checkpointed) { /* one that knows of the file, at its begin */
                begin(f);
                struct err err = ERR_INIT;
                assert_true(follower_reopen(f->follower, &err));
                follower_destroy(f->follower);
                f->follower = NULL;
            }
            assert_true(file_make_directories(arena_printf(f->arena, "%s/main", f->root), 0755,
                                              &(struct err)ERR_INIT));
            append(f->output, arena_strndup(f->arena, whole, length));
            begin(f);
            drain(f);
            assert_string_equal(content(f, f->output), whole);
        }
    }
}

static void a_foreign_end_of_the_output_is_kept(void **state)
{
    struct fixture *f = *state;
    begin(f);
    docker_writes(f, 0, 2);
    drain(f);
    append(f->output, "somebody else\n");
    docker_writes(f, 2, 4);
    begin(f);
    drain(f);
    assert_string_equal(content(f, f->output), arena_printf(f->arena, "%ssomebody else\n%s",
                                                            expected(f, 0, 2), expected(f, 2, 4)));
}

static void rotation_cuts_between_two_lines(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    begin(f);
    docker_writes(f, 0, 3);
    drain(f);
    const char *old = arena_printf(f->arena, "%s.old", f->output);
    assert_int_equal(rename(f->output, old), 0);
    assert_true(follower_reopen(f->follower, &err));
    assert_string_equal(content(f, f->output), ""); /* it exists when the call returns */
    docker_writes(f, 3, 5);
    drain(f);
    assert_string_equal(content(f, old), expected(f, 0, 3));
    assert_string_equal(content(f, f->output), expected(f, 3, 5));
    begin(f);
    drain(f);
    assert_string_equal(content(f, f->output), expected(f, 3, 5));
}

static void a_death_between_rename_and_reopen_loses_nothing(void **state)
{
    struct fixture *f = *state;
    begin(f);
    docker_writes(f, 0, 3);
    drain(f);
    assert_int_equal(rename(f->output, arena_printf(f->arena, "%s.old", f->output)), 0);
    docker_writes(f, 3, 5);
    begin(f);
    drain(f);
    assert_string_equal(content(f, f->output), expected(f, 3, 5));
}

static void a_vanished_directory_is_made_again(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    begin(f);
    assert_int_equal(system(arena_printf(f->arena, "rm -rf %s/pods", f->folder)), 0);
    assert_true(follower_reopen(f->follower, &err));
    docker_writes(f, 0, 1);
    drain(f);
    assert_string_equal(content(f, f->output), expected(f, 0, 1));
}

static void an_ended_container_is_complete_and_stays_so(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    begin(f);
    docker_writes(f, 0, 3);
    assert_true(follower_finish(f->follower, &err));
    assert_true(follower_finish(f->follower, &err));
    assert_string_equal(content(f, f->output), expected(f, 0, 3));
    assert_int_equal(rename(f->output, arena_printf(f->arena, "%s.old", f->output)), 0);
    assert_false(follower_reopen(f->follower, &err));
    assert_int_equal(err.code, CODE_FAILED_PRECONDITION);
    assert_int_equal(access(f->output, F_OK), -1); /* no file is made for it */
    begin(f);
    drain(f);
    assert_int_equal(access(f->output, F_OK), -1);
}

static void the_consumed_part_gives_its_disk_back(void **state)
{
    struct fixture *f = *state;
    begin(f);
    char *line = arena_printf(
        f->arena, "{\"log\":\"%0900d\\n\",\"stream\":\"stdout\",\"time\":\"" TIME "\"}\n", 7);
    FILE *input = fopen(f->input, "a");
    for (int i = 0; i < 16000; i++)
        fputs(line, input);
    fclose(input);
    struct stat before, after;
    assert_int_equal(stat(f->input, &before), 0);
    drain(f);
    docker_writes(f, 0, 1);
    drain(f);
    assert_int_equal(stat(f->input, &after), 0);
    assert_true(after.st_size > before.st_size);
    assert_true(after.st_blocks < before.st_blocks / 2);
    const char *text = content(f, f->output);
    assert_string_equal(text + strlen(text) - strlen(expected(f, 0, 1)), expected(f, 0, 1));
    assert_int_equal(strlen(text),
                     16000 * (strlen(TIME " stdout F \n") + 900) + strlen(expected(f, 0, 1)));
}

static void symbolic_links_lead_nowhere(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    const char *victim = arena_printf(f->arena, "%s/victim", f->folder);
    append(victim, "precious");
    begin(f);
    /* In the file's own place: replaced. */
    assert_int_equal(unlink(f->output), 0);
    assert_int_equal(symlink(victim, f->output), 0);
    assert_true(follower_reopen(f->follower, &err));
    docker_writes(f, 0, 1);
    drain(f);
    assert_string_equal(content(f, victim), "precious");
    assert_string_equal(content(f, f->output), expected(f, 0, 1));
    /* On the way: refused, and the log goes on where it was. */
    const char *directory = arena_printf(f->arena, "%s/main", f->root);
    assert_int_equal(rename(directory, arena_printf(f->arena, "%s.moved", directory)), 0);
    assert_int_equal(symlink(f->folder, directory), 0);
    assert_false(follower_reopen(f->follower, &err));
    docker_writes(f, 1, 2);
    drain(f);
    assert_string_equal(content(f, arena_printf(f->arena, "%s.moved/0.log", directory)),
                        expected(f, 0, 2));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(lines_are_carried_over_as_they_come),
        TEST(a_damaged_line_costs_only_itself),
        TEST(a_restart_goes_on_where_it_was),
        TEST(a_kill_at_any_byte_loses_and_doubles_nothing),
        TEST(a_foreign_end_of_the_output_is_kept),
        TEST(rotation_cuts_between_two_lines),
        TEST(a_death_between_rename_and_reopen_loses_nothing),
        TEST(a_vanished_directory_is_made_again),
        TEST(an_ended_container_is_complete_and_stays_so),
        TEST(the_consumed_part_gives_its_disk_back),
        TEST(symbolic_links_lead_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
