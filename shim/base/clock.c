#include "shim/base/clock.h"

#include <string.h>
#include <time.h>

static int64_t clock_read(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now); /* cannot fail for these clocks */
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_mono_ns(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

int64_t clock_real_ns(void)
{
    return clock_read(CLOCK_REALTIME);
}

/* Reads exactly `digits` decimal digits and moves *at behind them. */
static bool number(const char **at, int digits, int *ret_value)
{
    int value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        value = value * 10 + (**at - '0');
    }
    *ret_value = value;
    return true;
}

static bool literal(const char **at, char want)
{
    if (**at != want)
        return false;
    (*at)++;
    return true;
}

static bool fraction(const char **at, int64_t *ret_ns)
{
    *ret_ns = 0;
    if (!literal(at, '.'))
        return true;
    int64_t unit = NS_PER_S / 10;
    const char *start = *at;
    for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
        *ret_ns += (**at - '0') * unit;
    return *at > start && *at - start <= 9;
}

static bool offset(const char **at, int *ret_s)
{
    *ret_s = 0;
    if (literal(at, 'Z'))
        return true;
    int sign = **at == '-' ? -1 : 1;
    int hours, minutes;
    if (!literal(at, '+') && !literal(at, '-'))
        return false;
    if (!number(at, 2, &hours) || !literal(at, ':') || !number(at, 2, &minutes))
        return false;
    *ret_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool clock_parse_rfc3339(const char *text, int64_t *ret_ns)
{
    struct tm tm = {0};
    int64_t fraction_ns;
    int offset_s;
    const char *at = text;
    bool ok = number(&at, 4, &tm.tm_year) && literal(&at, '-') && number(&at, 2, &tm.tm_mon) &&
              literal(&at, '-') && number(&at, 2, &tm.tm_mday) && literal(&at, 'T') &&
              number(&at, 2, &tm.tm_hour) && literal(&at, ':') && number(&at, 2, &tm.tm_min) &&
              literal(&at, ':') && number(&at, 2, &tm.tm_sec) && fraction(&at, &fraction_ns) &&
              offset(&at, &offset_s) && *at == '\0';
    if (!ok || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
        tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60 || tm.tm_year > 2261)
        return false;
    if (tm.tm_year < 1970) {
        *ret_ns = 0;
        return true;
    }
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *ret_ns = (timegm(&tm) - offset_s) * NS_PER_S + fraction_ns;
    return true;
}
