/*
 * Running another program to its end: input in, output out, and a deadline. It gets a process group
 * of its own, which is killed as a whole when time is up, when the scope ends, and when the program
 * itself failed, so that nothing works on behind our back. What a program that succeeded has left
 * running on purpose (a daemon that it started) goes on.
 *
 * Its standard input is a file in memory, its output two pipes; no descriptor but these three and
 * no environment but the given one reach it.
 */
#ifndef SHIM_BASE_RUN_H
#define SHIM_BASE_RUN_H

#include <stddef.h>

#include "shim/base/scope.h"

struct run {
    const char *path;               /* of the program; no search */
    const char *const *environment; /* NULL-terminated "NAME=value"; nothing else is inherited */
    const char *input;              /* its standard input */
    size_t input_length;
    int64_t timeout_ns;
    size_t output_limit_bytes; /* of each stream; what is over it is dropped */
};

struct run_result {
    int exit_code;                     /* 128 + n if signal n ended it */
    const char *output, *error_output; /* arena, NUL-terminated */
    size_t output_length;
};

/* False if it could not be started (the code is errno's), or had to be killed: DEADLINE_EXCEEDED or
 * CANCELLED. A program that fails by itself is a result. A binary that is just being written is
 * waited for. Threads: any. */
bool run_program(struct scope *scope, const struct run *run, struct run_result *ret_result,
                 struct err *err);

#endif
