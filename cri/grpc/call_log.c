#include "cri/grpc/call_log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "cri/rate.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"

/* A node full of pods that all start or fail at once stays well below the bursts. */
static const struct rate success_rate = {.burst = 1000, .interval_ns = NS_PER_S / 10};
static const struct rate failure_rate = {.burst = 100, .interval_ns = 10 * NS_PER_S};

struct rates {
    struct rate success, failure;
};

struct call_log {
    const struct cri_method *methods;
    size_t method_count;
    atomic_uint_fast64_t refused;
    pthread_mutex_t lock;
    struct rates rates[]; /* by method; the last one is for names that are none */
};

struct call_log *call_log_create(const struct cri_method *methods, size_t method_count)
{
    struct call_log *call_log =
        xcalloc(1, sizeof(*call_log) + (method_count + 1) * sizeof(call_log->rates[0]));
    call_log->methods = methods;
    call_log->method_count = method_count;
    for (size_t i = 0; i <= method_count; i++)
        call_log->rates[i] = (struct rates){.success = success_rate, .failure = failure_rate};
    (void)pthread_mutex_init(&call_log->lock, NULL); /* cannot fail with default attributes */
    return call_log;
}

void call_log_destroy(struct call_log *call_log)
{
    (void)pthread_mutex_destroy(&call_log->lock); /* fails only for a locked one */
    free(call_log);
}

void call_log_refused(struct call_log *call_log)
{
    atomic_fetch_add(&call_log->refused, 1);
}

static enum log_level level_of(const struct call_record *record)
{
    switch (record->err->code) {
    case CODE_OK:
        return record->method != NULL && record->method->quiet ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
    case CODE_UNKNOWN:
    case CODE_INTERNAL:
    case CODE_UNAVAILABLE:
    case CODE_DATA_LOSS:
        return record->expected ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR;
    default:
        return LOG_LEVEL_INFO;
    }
}

static bool allow(struct call_log *call_log, const struct call_record *record,
                  uint64_t *ret_suppressed)
{
    size_t index = record->method != NULL ? (size_t)(record->method - call_log->methods)
                                          : call_log->method_count;
    struct rates *rates = &call_log->rates[index];
    struct rate *rate = record->err->code == CODE_OK ? &rates->success : &rates->failure;
    pthread_mutex_lock(&call_log->lock);
    bool ok = rate_allow(rate, record->end_ns, ret_suppressed);
    pthread_mutex_unlock(&call_log->lock);
    return ok;
}

void call_log_write(struct call_log *call_log, const struct call_record *record)
{
    uint64_t suppressed = 0;
    enum log_level level = level_of(record);
    /* Whoever asked for debug lines wants all of them. */
    if (!log_enabled(level) || (level != LOG_LEVEL_DEBUG && !allow(call_log, record, &suppressed)))
        return;
    uint64_t refused = atomic_exchange(&call_log->refused, 0);
    struct log_line line;
    log_line_begin(&line, level, NULL);
    log_line_str(&line, "rpc", record->method != NULL ? record->method->name : record->path);
    log_line_str(&line, "code", code_name(record->err->code));
    log_line_int(&line, "duration_ms", (record->end_ns - record->start_ns) / NS_PER_MS);
    if (record->subject != NULL)
        log_line_str(&line, "subject", record->subject);
    if (suppressed > 0)
        log_line_int(&line, "suppressed", (int64_t)suppressed);
    if (refused > 0)
        log_line_int(&line, "refused", (int64_t)refused);
    /* The only part that may be too long for a line comes last. */
    if (record->err->code != CODE_OK)
        log_line_str(&line, "error", record->err->text);
    log_line_end(&line);
}
