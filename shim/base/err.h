/*
 * The one error type. A function that can fail returns bool (true: it worked), and takes a struct
 * err as its last parameter, which it fills exactly when it returns false.
 *
 * An error is classified once, where it enters the program (HTTP status, CURLcode, errno), by
 * number. Who receives it either hands it on, adds what was attempted (err_wrap), or forgives it
 * by its code; nobody matches texts.
 *
 *     struct err err = ERR_INIT;
 *     if (!docker_container_start(docker, scope, id, &err))
 *         return err_wrap(&err, "start container %s", id);
 */
#ifndef SHIM_BASE_ERR_H
#define SHIM_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

/* The status codes of gRPC, with its numbers. */
enum code {
    CODE_OK = 0,
    CODE_CANCELLED = 1,
    CODE_UNKNOWN = 2,
    CODE_INVALID_ARGUMENT = 3,
    CODE_DEADLINE_EXCEEDED = 4,
    CODE_NOT_FOUND = 5,
    CODE_ALREADY_EXISTS = 6,
    CODE_PERMISSION_DENIED = 7,
    CODE_RESOURCE_EXHAUSTED = 8,
    CODE_FAILED_PRECONDITION = 9,
    CODE_ABORTED = 10,
    CODE_OUT_OF_RANGE = 11,
    CODE_UNIMPLEMENTED = 12,
    CODE_INTERNAL = 13,
    CODE_UNAVAILABLE = 14,
    CODE_DATA_LOSS = 15,
    CODE_UNAUTHENTICATED = 16,
};

enum { ERR_TEXT_MAX = 2048 };

/* Owns nothing: the text lives inside, and what does not fit is cut at a character's border. */
struct err {
    enum code code;
    char text[ERR_TEXT_MAX];
};

#define ERR_INIT                                                                                   \
    {                                                                                              \
        .code = CODE_OK, .text = ""                                                                \
    }

/* Makes *err a new error. Always returns false, so that it can stand in a return statement. */
bool err_set(struct err *err, enum code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A failed system call: the code that `errnum` maps to, and "<format>: <strerror>". */
bool err_errno(struct err *err, int errnum, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "<format>: " before the text and keeps the code. Always returns false. */
bool err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The code's name as gRPC writes it ("NOT_FOUND"), for log lines. */
const char *code_name(enum code code);

#endif
