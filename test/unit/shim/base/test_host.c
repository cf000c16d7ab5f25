/* file, process and log against the real kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/base/file.h"
#include "shim/base/log.h"
#include "shim/base/process.h"

static char folder[] = "/tmp/test_host.XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

static void files_are_written_whole_and_read_back(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct err err = ERR_INIT;
    const char *directory = arena_printf(arena, "%s/a/b", folder);
    const char *path = arena_printf(arena, "%s/record", directory);
    char *bytes;
    size_t length;
    assert_true(file_make_directories(directory, 0700, &err));
    assert_true(file_make_directories(directory, 0700, &err));
    assert_true(file_write_atomic(path, "one", 3, 0600, &err));
    assert_true(file_write_atomic(path, "two!", 4, 0640, &err));
    assert_true(file_read(arena, path, 4, &bytes, &length, &err));
    assert_int_equal(length, 4);
    assert_string_equal(bytes, "two!");
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    assert_false(file_read(arena, path, 3, &bytes, &length, &err));
    assert_int_equal(err.code, CODE_RESOURCE_EXHAUSTED);
    assert_true(file_write_volatile(path, "three", 5, 0604, &err));
    assert_true(file_read(arena, path, 5, &bytes, &length, &err));
    assert_string_equal(bytes, "three");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0604);
    assert_true(file_remove(path, &err));
    assert_true(file_remove(path, &err));
    assert_false(file_read(arena, path, 3, &bytes, &length, &err));
    assert_int_equal(err.code, CODE_NOT_FOUND);
    arena_destroy(arena);
}

static void files_that_cannot_be_written_leave_nothing(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct err err = ERR_INIT;
    const char *path = arena_printf(arena, "%s/missing/record", folder);
    assert_false(file_write_atomic(path, "x", 1, 0600, &err));
    assert_int_equal(err.code, CODE_NOT_FOUND);
    assert_non_null(strstr(err.text, path));
    /* A directory in the file's place: the temporary file must go again. */
    path = arena_printf(arena, "%s/taken", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_false(file_write_atomic(path, "x", 1, 0600, &err));
    assert_int_equal(access(arena_printf(arena, "%s.tmp", path), F_OK), -1);
    assert_false(file_write_volatile(path, "x", 1, 0600, &err));
    assert_int_equal(access(arena_printf(arena, "%s.tmp", path), F_OK), -1);
    char *bytes;
    size_t length;
    assert_false(file_read(arena, path, 10, &bytes, &length, &err));
    assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    arena_destroy(arena);
}

static void proc_files_are_read_though_their_size_is_zero(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct err err = ERR_INIT;
    char *bytes;
    size_t length;
    assert_true(file_read(arena, "/proc/self/status", 1 << 20, &bytes, &length, &err));
    assert_true(length > 100);
    assert_memory_equal(bytes, "Name:", 5);
    arena_destroy(arena);
}

/* A shell with a child, a grandchild whose parent has gone, and a session of their own. */
static pid_t start_tree(void)
{
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)setsid();
        (void)dup2(ready[1], STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", "(sleep 1000 & sleep 1000 &) ; sleep 1000 & echo up; wait",
              (char *)NULL);
        _exit(127);
    }
    char byte;
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    return pid;
}

static int count_session(pid_t session)
{
    char command[64];
    (void)snprintf(command, sizeof(command), "ps -o stat= -s %d | grep -vc Z", (int)session);
    FILE *ps = popen(command, "r");
    int count = -1;
    assert_int_equal(fscanf(ps, "%d", &count), 1);
    (void)pclose(ps);
    return count;
}

static void a_process_tree_is_killed_with_its_orphans(void **state)
{
    (void)state;
    pid_t pid = start_tree();
    assert_int_equal(count_session(pid), 4);
    process_kill_tree(pid);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(count_session(pid), 0);
    process_kill_tree(pid); /* gone already */
}

static void the_user_of_a_process_is_read(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    struct err err = ERR_INIT;
    struct process_user user;
    assert_true(process_user(arena, getpid(), &user, &err));
    assert_int_equal(user.uid, geteuid());
    assert_int_equal(user.gid, getegid());
    assert_int_equal(user.group_count, getgroups(0, NULL));
    assert_false(process_user(arena, 1 << 30, &user, &err));
    assert_int_equal(err.code, CODE_NOT_FOUND);
    arena_destroy(arena);
}

static void log_lines_are_logfmt(void **state)
{
    (void)state;
    (void)unsetenv("JOURNAL_STREAM");
    struct log_line line;
    log_line_begin(&line, LOG_LEVEL_WARN, "it \"broke\"\n");
    log_line_str(&line, "id", "abc");
    log_line_str(&line, "empty", "");
    log_line_int(&line, "ms", -5);
    assert_string_equal(line.text,
                        "level=warn msg=\"it \\\"broke\\\"\\n\" id=abc empty=\"\" ms=-5");
    (void)setenv("JOURNAL_STREAM", "1:2", 1);
    log_line_begin(&line, LOG_LEVEL_ERROR, NULL);
    assert_string_equal(line.text, "<3>level=error");
    (void)unsetenv("JOURNAL_STREAM");
}

static void log_lines_that_are_too_long_end_in_one_newline(void **state)
{
    (void)state;
    static char text[10000];
    memset(text, 'x', sizeof(text) - 1);
    struct log_line line;
    log_line_begin(&line, LOG_LEVEL_INFO, text);
    log_line_str(&line, "more", text);
    assert_int_equal(line.length, sizeof(line.text) - 2);
}

static void log_levels_have_the_incumbents_names(void **state)
{
    (void)state;
    enum log_level level = LOG_LEVEL_INFO;
    assert_true(log_level_parse("warning", &level));
    assert_int_equal(level, LOG_LEVEL_WARN);
    assert_true(log_level_parse("trace", &level));
    assert_int_equal(level, LOG_LEVEL_DEBUG);
    assert_false(log_level_parse("loud", &level));
    assert_int_equal(level, LOG_LEVEL_DEBUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_written_whole_and_read_back),
        cmocka_unit_test(files_that_cannot_be_written_leave_nothing),
        cmocka_unit_test(proc_files_are_read_though_their_size_is_zero),
        cmocka_unit_test(a_process_tree_is_killed_with_its_orphans),
        cmocka_unit_test(the_user_of_a_process_is_read),
        cmocka_unit_test(log_lines_are_logfmt),
        cmocka_unit_test(log_lines_that_are_too_long_end_in_one_newline),
        cmocka_unit_test(log_levels_have_the_incumbents_names),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
