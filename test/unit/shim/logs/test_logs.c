/* The registry and its thread: what grows is carried over, what is removed is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/base/arena.h"
#include "shim/base/file.h"
#include "shim/logs/logs.h"

#define TIME "2026-01-02T03:04:05.678901234Z"

enum { CONTAINERS = 20, LINES = 50 };

struct fixture {
    struct arena *arena;
    char folder[32];
    struct logs *logs;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->arena = arena_create();
    strcpy(f->folder, "/tmp/logs.XXXXXX");
    struct err err = ERR_INIT;
    if (mkdtemp(f->folder) == NULL)
        return -1;
    f->logs = logs_create(arena_printf(f->arena, "%s/state", f->folder), &err);
    *state = f;
    return f->logs == NULL;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    logs_destroy(f->logs);
    int result = system(arena_printf(f->arena, "rm -rf %s", f->folder));
    arena_destroy(f->arena);
    free(f);
    return result;
}

static const char *id_of(struct fixture *f, int number)
{
    return arena_printf(f->arena, "c%d", number);
}

static const char *input_of(struct fixture *f, int number)
{
    return arena_printf(f->arena, "%s/docker-%d.log", f->folder, number);
}

static const char *output_of(struct fixture *f, int number)
{
    return arena_printf(f->arena, "%s/pod/c%d/0.log", f->folder, number);
}

static void docker_writes(struct fixture *f, int number, int line)
{
    FILE *file = fopen(input_of(f, number), "a");
    assert_non_null(file);
    fprintf(file, "{\"log\":\"%d\\n\",\"stream\":\"stderr\",\"time\":\"" TIME "\"}\n", line);
    assert_int_equal(fclose(file), 0);
}

static void follow(struct fixture *f, int number)
{
    struct err err = ERR_INIT;
    close(open(input_of(f, number), O_WRONLY | O_CREAT, 0600));
    struct logs_container container = {
        .id = id_of(f, number),
        .input_path = input_of(f, number),
        .output_root = arena_printf(f->arena, "%s/pod", f->folder),
        .output_path = arena_printf(f->arena, "c%d/0.log", number),
    };
    assert_true(logs_follow(f->logs, &container, &err));
    assert_true(logs_follow(f->logs, &container, &err)); /* again changes nothing */
}

static void assert_lines(struct fixture *f, int number, int lines)
{
    struct err err = ERR_INIT;
    char *text;
    size_t length;
    const char *wanted = "";
    for (int i = 0; i < lines; i++)
        wanted = arena_printf(f->arena, "%s" TIME " stderr F %d\n", wanted, i);
    assert_true(file_read(f->arena, output_of(f, number), 1 << 20, &text, &length, &err));
    assert_string_equal(text, wanted);
}

static void settling_completes_every_log(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    for (int i = 0; i < CONTAINERS; i++)
        follow(f, i);
    for (int line = 0; line < LINES; line++)
        for (int i = 0; i < CONTAINERS; i++)
            docker_writes(f, i, line);
    for (int i = 0; i < CONTAINERS; i++) {
        assert_true(logs_settle(f->logs, id_of(f, i), i % 2 == 0, &err));
        assert_lines(f, i, LINES);
    }
    assert_true(logs_settle(f->logs, "nobody", true, &err));
}

/* Nobody asks: the kernel's word that the input has grown must be enough. */
static void the_thread_follows_by_itself(void **state)
{
    struct fixture *f = *state;
    follow(f, 0);
    int watch = inotify_init1(IN_CLOEXEC);
    assert_true(inotify_add_watch(watch, output_of(f, 0), IN_MODIFY) >= 0);
    docker_writes(f, 0, 0);
    char event[4096];
    assert_true(read(watch, event, sizeof(event)) > 0); /* the test hangs if nothing comes */
    close(watch);
    assert_lines(f, 0, 1);
}

static void a_reopened_log_exists_at_once(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    follow(f, 0);
    assert_int_equal(unlink(output_of(f, 0)), 0);
    assert_true(logs_reopen(f->logs, id_of(f, 0), &err));
    assert_lines(f, 0, 0);
    assert_false(logs_reopen(f->logs, "nobody", &err));
    assert_int_equal(err.code, CODE_NOT_FOUND);
}

static void a_removed_container_leaves_its_log_and_no_state(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    follow(f, 0);
    docker_writes(f, 0, 0);
    assert_int_equal(unlink(input_of(f, 0)), 0); /* Docker has removed the container */
    logs_forget(f->logs, id_of(f, 0));
    assert_lines(f, 0, 1);
    assert_int_equal(access(arena_printf(f->arena, "%s/state/c0", f->folder), F_OK), -1);
    assert_false(logs_reopen(f->logs, id_of(f, 0), &err));
    logs_forget(f->logs, id_of(f, 0));
}

/* The next life of the daemon. */
static void a_restart_goes_on_without_a_gap(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    follow(f, 0);
    docker_writes(f, 0, 0);
    logs_destroy(f->logs);
    docker_writes(f, 0, 1);
    f->logs = logs_create(arena_printf(f->arena, "%s/state", f->folder), &err);
    assert_non_null(f->logs);
    follow(f, 0);
    docker_writes(f, 0, 2);
    assert_true(logs_settle(f->logs, id_of(f, 0), false, &err));
    assert_lines(f, 0, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(settling_completes_every_log),
        TEST(the_thread_follows_by_itself),
        TEST(a_reopened_log_exists_at_once),
        TEST(a_removed_container_leaves_its_log_and_no_state),
        TEST(a_restart_goes_on_without_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
