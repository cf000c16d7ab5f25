/*
 * A directory of its own for each test, with a scope to work under, and CNI plugins that are shell
 * scripts: each notes how it was called, and answers what the test laid out for it.
 */
#ifndef TEST_UNIT_SHIM_NETWORK_WORKSPACE_H
#define TEST_UNIT_SHIM_NETWORK_WORKSPACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/base/clock.h"
#include "shim/base/file.h"
#include "shim/base/scope.h"

struct workspace {
    char root[64];
    struct arena *arena;
    struct cancel cancel;
    struct scope scope;
    struct err err;
};

static inline int workspace_setup(void **state)
{
    struct workspace *ws = calloc(1, sizeof(*ws));
    (void)snprintf(ws->root, sizeof(ws->root), "%s", "/tmp/dockershimd-test.XXXXXX");
    assert_non_null(mkdtemp(ws->root));
    ws->arena = arena_create();
    cancel_init(&ws->cancel, CLOCK_NEVER);
    ws->scope = (struct scope){.arena = ws->arena, .cancel = &ws->cancel};
    *state = ws;
    return 0;
}

static inline int workspace_teardown(void **state)
{
    struct workspace *ws = *state;
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf --one-file-system '%s'", ws->root);
    int status = system(command);
    cancel_done(&ws->cancel);
    arena_destroy(ws->arena);
    free(ws);
    return status;
}

#define workspace_test(function)                                                                   \
    cmocka_unit_test_setup_teardown(function, workspace_setup, workspace_teardown)

static inline const char *ws_path(struct workspace *ws, const char *name)
{
    return arena_printf(ws->arena, "%s/%s", ws->root, name);
}

static inline void ws_mkdir(struct workspace *ws, const char *name)
{
    assert_true(file_make_directories(ws_path(ws, name), 0755, &ws->err));
}

/* Made or replaced in place, as an editor or an installer does. */
static inline void ws_write(struct workspace *ws, const char *name, const char *text)
{
    FILE *file = fopen(ws_path(ws, name), "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* NULL if there is no such file. */
static inline const char *ws_read(struct workspace *ws, const char *name)
{
    char *text;
    size_t length;
    struct err err = ERR_INIT;
    return file_read(ws->arena, ws_path(ws, name), 1 << 20, &text, &length, &err) ? text : NULL;
}

static inline bool ws_exists(struct workspace *ws, const char *name)
{
    return access(ws_path(ws, name), F_OK) == 0;
}

/*
 * Installs the script as plugin bin/<type>. Each run appends "<type> <command>" to `calls`, and
 * writes what it read to <type>.<command>.stdin and its environment to <type>.<command>.env. It
 * then does what the shell text in <type>.<command>.do says, if there is such a file; else it
 * passes on its prevResult, or the address 10.9.0.2 if it is the first.
 */
static inline void ws_plugin(struct workspace *ws, const char *type)
{
    static const char script[] =
        "#!/bin/sh\n"
        "here=${0%/*}/.. me=${0##*/}.$CNI_COMMAND\n"
        "echo \"${0##*/} $CNI_COMMAND\" >>\"$here/calls\"\n"
        "cat >\"$here/$me.stdin\"\n"
        "env >\"$here/$me.env\"\n"
        "if [ -e \"$here/$me.do\" ]; then . \"$here/$me.do\"; exit; fi\n"
        "[ \"$CNI_COMMAND\" = ADD ] || exit 0\n"
        "previous=$(sed -n 's/.*\"prevResult\":\\({.*}\\)}$/\\1/p' \"$here/$me.stdin\")\n"
        "echo \"${previous:-{\\\"ips\\\":[{\\\"address\\\":\\\"10.9.0.2/24\\\"\\}]\\}}\"\n";
    ws_mkdir(ws, "bin");
    const char *name = arena_printf(ws->arena, "bin/%s", type);
    ws_write(ws, name, script);
    assert_int_equal(chmod(ws_path(ws, name), 0755), 0);
}

/* What the plugins were called for so far, "a ADD,b ADD,"; the notes begin anew. */
static inline const char *ws_calls(struct workspace *ws)
{
    const char *text = ws_read(ws, "calls");
    char *calls = arena_strdup(ws->arena, text != NULL ? text : "");
    for (char *at = calls; *at != '\0'; at++)
        if (*at == '\n')
            *at = ',';
    (void)unlink(ws_path(ws, "calls"));
    return calls;
}

#endif
