#include "shim/base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shim/base/utf8.h"

__attribute__((format(printf, 2, 0))) static void set_text(struct err *err, const char *format,
                                                           va_list args)
{
    int length = vsnprintf(err->text, sizeof(err->text), format, args);
    if (length >= (int)sizeof(err->text))
        utf8_cut(err->text);
}

bool err_set(struct err *err, enum code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    err->code = code;
    set_text(err, format, args);
    va_end(args);
    return false;
}

bool err_wrap(struct err *err, const char *format, ...)
{
    struct err inner = *err;
    va_list args;
    va_start(args, format);
    set_text(err, format, args);
    va_end(args);
    size_t used = strlen(err->text);
    int length = snprintf(err->text + used, sizeof(err->text) - used, ": %s", inner.text);
    if (length >= (int)(sizeof(err->text) - used))
        utf8_cut(err->text);
    return false;
}

static enum code errno_code(int errnum)
{
    switch (errnum) {
    case ENOENT:
    case ESRCH:
        return CODE_NOT_FOUND;
    case EEXIST:
        return CODE_ALREADY_EXISTS;
    case EACCES:
    case EPERM:
        return CODE_PERMISSION_DENIED;
    case EINVAL:
    case ENAMETOOLONG:
        return CODE_INVALID_ARGUMENT;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case EAGAIN:
    case ENOMEM:
        return CODE_RESOURCE_EXHAUSTED;
    case EBUSY:
    case EROFS:
        return CODE_FAILED_PRECONDITION;
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
        return CODE_UNAVAILABLE;
    case ETIMEDOUT:
        return CODE_DEADLINE_EXCEEDED;
    default:
        return CODE_INTERNAL;
    }
}

bool err_errno(struct err *err, int errnum, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(err, format, args);
    va_end(args);
    struct err attempt = *err;
    char reason[128];
    return err_set(err, errno_code(errnum), "%s: %s", attempt.text,
                   strerror_r(errnum, reason, sizeof(reason)));
}

const char *code_name(enum code code)
{
    static const char *const names[] = {
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    };
    if ((unsigned)code >= sizeof(names) / sizeof(names[0]))
        return "UNKNOWN";
    return names[code];
}
