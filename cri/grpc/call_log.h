/*
 * The one log line of a call: rpc, code, duration, subject and the error. What changes state is
 * info, what only looks is debug, a failure is never less than info, and an error if it is not the
 * client's. A method that fails over and over, or is called over and over, is limited in rate.
 */
#ifndef CRI_GRPC_CALL_LOG_H
#define CRI_GRPC_CALL_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "cri/call.h"

struct call_log;

/* The methods are borrowed for its life. */
struct call_log *call_log_create(const struct cri_method *methods, size_t method_count);
void call_log_destroy(struct call_log *call_log);

struct call_record {
    const struct cri_method *method; /* NULL if there is none of this name */
    const char *path;                /* what the client called it */
    const char *subject;             /* NULL for none */
    int64_t start_ns, end_ns;        /* monotonic */
    const struct err *err;           /* code OK if it succeeded */
    bool expected;                   /* it failed because the server ends: nobody need act */
};

void call_log_write(struct call_log *call_log, const struct call_record *record);

/* Counts a call that was refused because too many are under way. It never blocks, so it writes
 * nothing: the next line tells the number. */
void call_log_refused(struct call_log *call_log);

#endif
