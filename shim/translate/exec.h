/* The documents of Docker's exec calls. */
#ifndef SHIM_TRANSLATE_EXEC_H
#define SHIM_TRANSLATE_EXEC_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "shim/base/arena.h"

/* ExecConfig for `docker_exec_create`. Detach keys are set to a sequence that nobody can type, so
 * that ctrl-p and ctrl-q arrive as bytes. The document belongs to the arena. */
json_t *translate_exec_create(struct arena *arena, const char *const *command, size_t count,
                              bool tty, bool want_stdin, bool want_stdout, bool want_stderr);

/* That sequence, as Docker writes it. */
const char *translate_detach_keys(void);

json_t *translate_exec_start(struct arena *arena, bool tty);

struct exec_state {
    bool running;
    bool has_exit_code;
    int exit_code;
    int64_t pid; /* on the host; 0 before it started */
};

struct exec_state exec_state(const json_t *inspect);

#endif
