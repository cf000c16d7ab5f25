/* layer: what a tree holds, and the thread that measures one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/stats/layer.h"

static char directory[] = "/tmp/layer-test-XXXXXX";

static const char *path_of(char buffer[128], const char *name)
{
    (void)snprintf(buffer, 128, "%s/%s", directory, name);
    return buffer;
}

static void write_file(const char *name, size_t size)
{
    char path[128];
    int fd = open(path_of(path, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(posix_fallocate(fd, 0, (off_t)size), 0);
    assert_int_equal(close(fd), 0);
}

static uint64_t blocks_of(const char *name)
{
    char path[128];
    struct stat status;
    assert_int_equal(lstat(path_of(path, name), &status), 0);
    return (uint64_t)status.st_blocks * 512;
}

/* A file of two names, one of them in a directory below, and a link to outside. */
static int setup(void **state)
{
    (void)state;
    char left[128], right[128];
    if (mkdtemp(directory) == NULL || mkdir(path_of(left, "sub"), 0700) != 0)
        return -1;
    write_file("big", 1 << 20);
    write_file("sub/small", 4096);
    return link(path_of(left, "big"), path_of(right, "sub/again")) != 0 ||
           symlink("/usr", path_of(left, "link")) != 0;
}

static int teardown(void **state)
{
    (void)state;
    static const char *const names[] = {"sub/again", "sub/small", "sub", "big", "link", "."};
    char path[128];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)remove(path_of(path, names[i])); /* some tests have removed them already */
    (void)rmdir(directory);
    return 0;
}

static bool go_on(void *context)
{
    (void)context;
    return true;
}

static void counts_as_du_does(void **state)
{
    (void)state;
    struct layer_size size;
    struct err err = ERR_INIT;
    assert_true(layer_walk(directory, go_on, NULL, &size, &err));
    assert_int_equal(size.inodes, 5); /* itself, sub, big, small, link */
    assert_int_equal(size.bytes, blocks_of(".") + blocks_of("sub") + blocks_of("big") +
                                     blocks_of("sub/small") + blocks_of("link"));
}

static void a_layer_that_is_gone(void **state)
{
    (void)state;
    struct layer_size size;
    struct err err = ERR_INIT;
    assert_false(layer_walk("/tmp/no-such-layer", go_on, NULL, &size, &err));
    assert_int_equal(err.code, CODE_NOT_FOUND);
}

static bool stop(void *context)
{
    ++*(int *)context;
    return false;
}

/* The root filesystem's /usr/lib has more entries than are counted between two pauses. */
static void a_walk_can_be_ended(void **state)
{
    (void)state;
    int pauses = 0;
    struct layer_size size;
    struct err err = ERR_INIT;
    assert_false(layer_walk("/usr/lib", stop, &pauses, &size, &err));
    assert_int_equal(err.code, CODE_CANCELLED);
    assert_int_equal(pauses, 1);
}

/* Waits until the thread has measured; a test that hangs here has failed. */
static struct layer_usage wait_for_usage(struct layers *layers, struct arena *arena, const char *id,
                                         bool running)
{
    struct layer_usage usage;
    while (!layers_get(layers, arena, id, directory, running, &usage))
        (void)sched_yield();
    return usage;
}

static void measured_in_the_background(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct arena *arena = arena_create();
    struct layers *layers = layers_create(&err);
    assert_non_null(layers);
    struct layer_usage usage = wait_for_usage(layers, arena, "a", true);
    assert_int_equal(usage.size.inodes, 5);
    assert_true(usage.time_ns > 0);
    usage = wait_for_usage(layers, arena, "b", false);
    assert_int_equal(usage.size.inodes, 5);
    layers_destroy(layers);
    arena_destroy(arena);
}

/* What was written before a container ended is in its last measurement. */
static void measured_again_after_the_end(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct arena *arena = arena_create();
    struct layers *layers = layers_create(&err);
    assert_non_null(layers);
    struct layer_usage first = wait_for_usage(layers, arena, "a", true), last = first;
    write_file("sub/small", 2 << 20);
    while (last.size.bytes == first.size.bytes)
        last = wait_for_usage(layers, arena, "a", false);
    assert_int_equal(last.size.bytes - first.size.bytes, (2 << 20) - 4096);
    layers_destroy(layers);
    arena_destroy(arena);
}

/* With stores whose layers only the kernel names, the directory is not known any more at the end.
 */
static void the_directory_is_remembered(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct arena *arena = arena_create();
    struct layers *layers = layers_create(&err);
    struct layer_usage usage;
    assert_non_null(layers);
    assert_false(layers_get(layers, arena, "a", "", true, &usage));
    (void)wait_for_usage(layers, arena, "a", true);
    assert_true(layers_get(layers, arena, "a", "", false, &usage));
    assert_string_equal(usage.directory, directory);
    layers_destroy(layers);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_as_du_does),
        cmocka_unit_test(a_layer_that_is_gone),
        cmocka_unit_test(a_walk_can_be_ended),
        cmocka_unit_test(measured_in_the_background),
        cmocka_unit_test(measured_again_after_the_end),
        cmocka_unit_test(the_directory_is_remembered),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
