#include "cri/grpc/library_log.h"

#include <inttypes.h>
#include <pthread.h>

#include <grpc/support/log.h>

#include "cri/rate.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"

/* A client can cause errors inside libgrpc at will, by what it sends. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rate rate = {.burst = 20, .interval_ns = 10 * NS_PER_S};

static void warn(const char *message)
{
    uint64_t suppressed = 0;
    pthread_mutex_lock(&lock);
    bool ok = rate_allow(&rate, clock_mono_ns(), &suppressed);
    pthread_mutex_unlock(&lock);
    if (ok && suppressed > 0)
        log_warn("grpc: %s (%" PRIu64 " more were not shown)", message, suppressed);
    else if (ok)
        log_warn("grpc: %s", message);
}

static void write_line(gpr_log_func_args *args)
{
    if (args->severity == GPR_LOG_SEVERITY_ERROR)
        warn(args->message);
    else
        log_debug("grpc: %s", args->message);
}

void library_log_install(void)
{
    gpr_set_log_function(write_line);
    gpr_set_log_verbosity(log_enabled(LOG_LEVEL_DEBUG) ? GPR_LOG_SEVERITY_INFO
                                                       : GPR_LOG_SEVERITY_ERROR);
}
