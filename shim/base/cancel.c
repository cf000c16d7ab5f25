#include "shim/base/cancel.h"

#include "shim/base/clock.h"

void cancel_init(struct cancel *cancel, int64_t deadline_ns)
{
    *cancel = (struct cancel){.deadline_ns = deadline_ns};
    (void)pthread_mutex_init(&cancel->lock, NULL); /* cannot fail with default attributes */
}

void cancel_done(struct cancel *cancel)
{
    (void)pthread_mutex_destroy(&cancel->lock); /* fails only for a locked one */
}

void cancel_fire(struct cancel *cancel)
{
    pthread_mutex_lock(&cancel->lock);
    cancel->fired = true;
    if (cancel->wake != NULL)
        cancel->wake(cancel->argument);
    pthread_mutex_unlock(&cancel->lock);
}

void cancel_wake_set(struct cancel *cancel, void (*wake)(void *argument), void *argument)
{
    pthread_mutex_lock(&cancel->lock);
    cancel->wake = wake;
    cancel->argument = argument;
    if (cancel->fired && wake != NULL)
        wake(argument);
    pthread_mutex_unlock(&cancel->lock);
}

void cancel_wake_clear(struct cancel *cancel)
{
    cancel_wake_set(cancel, NULL, NULL);
}

bool cancel_deadline_limit(struct cancel *cancel, int64_t timeout_s)
{
    int64_t now_ns = clock_mono_ns();
    if (timeout_s <= 0 || timeout_s > (CLOCK_NEVER - now_ns) / NS_PER_S)
        return false;
    int64_t limit_ns = now_ns + timeout_s * NS_PER_S;
    if (limit_ns >= cancel->deadline_ns)
        return false;
    cancel->deadline_ns = limit_ns;
    return true;
}

static bool has_fired(struct cancel *cancel)
{
    pthread_mutex_lock(&cancel->lock);
    bool fired = cancel->fired;
    pthread_mutex_unlock(&cancel->lock);
    return fired;
}

bool cancel_check(struct cancel *cancel, struct err *err)
{
    if (clock_mono_ns() >= cancel->deadline_ns)
        return err_set(err, CODE_DEADLINE_EXCEEDED, "the deadline has passed");
    if (has_fired(cancel))
        return err_set(err, CODE_CANCELLED, "the call was cancelled");
    return true;
}

int cancel_remaining_ms(struct cancel *cancel, int limit_ms)
{
    if (has_fired(cancel))
        return 0;
    if (cancel->deadline_ns == CLOCK_NEVER)
        return limit_ms;
    int64_t left_ns = cancel->deadline_ns - clock_mono_ns();
    if (left_ns <= 0)
        return 0;
    int64_t left_ms = (left_ns + NS_PER_MS - 1) / NS_PER_MS;
    return left_ms < limit_ms ? (int)left_ms : limit_ms;
}
