#include "shim/flag_value.h"

#include <arpa/inet.h>
#include <limits.h>
#include <string.h>

#include "shim/base/clock.h"
#include "shim/network/cni_request.h"
#include "shim/translate/reference.h"

static void *field(const struct flag *flag, struct settings *settings)
{
    return (char *)settings + flag->field;
}

static bool bad(struct err *err, const char *value, const char *wanted)
{
    return err_set(err, CODE_INVALID_ARGUMENT, "\"%.200s\" is not %s", value, wanted);
}

bool flag_set_text(struct arena *arena, const struct flag *flag, const char *value,
                   struct settings *settings, struct err *err)
{
    (void)err;
    *(const char **)field(flag, settings) = arena_strdup(arena, value);
    return true;
}

bool flag_set_optional(struct arena *arena, const struct flag *flag, const char *value,
                       struct settings *settings, struct err *err)
{
    if (value[0] != '\0')
        return flag_set_text(arena, flag, value, settings, err);
    *(const char **)field(flag, settings) = NULL;
    return true;
}

bool flag_set_path(struct arena *arena, const struct flag *flag, const char *value,
                   struct settings *settings, struct err *err)
{
    if (value[0] != '/')
        return bad(err, value, "an absolute path");
    return flag_set_text(arena, flag, value, settings, err);
}

bool flag_set_switch(struct arena *arena, const struct flag *flag, const char *value,
                     struct settings *settings, struct err *err)
{
    static const char *const words[] = {"1", "t", "T", "true",  "TRUE",  "True",
                                        "0", "f", "F", "false", "FALSE", "False"};
    enum { TRUE_WORDS = 6, ALL_WORDS = 12 };
    (void)arena;
    for (size_t i = 0; i < ALL_WORDS; i++) {
        if (strcmp(words[i], value) != 0)
            continue;
        *(bool *)field(flag, settings) = i < TRUE_WORDS;
        return true;
    }
    return bad(err, value, "true or false");
}

/* Digits to a number; moves *at behind them. False if there is none, or it is too large. */
static bool digits(const char **at, int64_t *ret_value)
{
    const char *start = *at;
    int64_t value = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, **at - '0', &value))
            return false;
    *ret_value = value;
    return *at > start;
}

bool flag_set_number(struct arena *arena, const struct flag *flag, const char *value,
                     struct settings *settings, struct err *err)
{
    (void)arena;
    const char *at = value;
    int64_t number;
    if (!digits(&at, &number) || *at != '\0')
        return bad(err, value, "a number of 0 or more");
    *(int64_t *)field(flag, settings) = number;
    return true;
}

/* The unit at *at in nanoseconds, 0 if there is none; moves *at behind it. */
static int64_t unit(const char **at)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {
        {"ns", 1},         {"us", 1000},    {"µs", 1000},         {"μs", 1000},
        {"ms", NS_PER_MS}, {"s", NS_PER_S}, {"m", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S},
    };
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t length = strlen(units[i].name);
        if (strncmp(*at, units[i].name, length) != 0)
            continue;
        *at += length;
        return units[i].ns;
    }
    return 0;
}

/* "1.5h": one number with its unit. */
static bool component(const char **at, int64_t *ret_ns)
{
    int64_t whole = 0, unit_ns, tail_ns = 0;
    if (**at != '.' && !digits(at, &whole))
        return false;
    const char *fraction = NULL;
    if (**at == '.') {
        fraction = ++*at;
        *at += strspn(*at, "0123456789");
        if (*at == fraction)
            return false;
    }
    unit_ns = unit(at);
    if (unit_ns == 0 || __builtin_mul_overflow(whole, unit_ns, ret_ns))
        return false;
    int64_t place_ns = unit_ns;
    for (; fraction != NULL && *fraction >= '0' && *fraction <= '9'; fraction++) {
        place_ns /= 10; /* what is less than a nanosecond is dropped */
        tail_ns += (*fraction - '0') * place_ns;
    }
    return !__builtin_add_overflow(*ret_ns, tail_ns, ret_ns);
}

bool flag_parse_duration(const char *text, int64_t *ret_ns)
{
    int64_t sum_ns = 0;
    bool is_zero = strcmp(text, "0") == 0; /* the one number that needs no unit */
    if (text[0] == '\0')
        return false;
    while (!is_zero && *text != '\0') {
        int64_t part_ns;
        if (!component(&text, &part_ns) || __builtin_add_overflow(sum_ns, part_ns, &sum_ns))
            return false;
    }
    *ret_ns = sum_ns;
    return true;
}

bool flag_set_duration(struct arena *arena, const struct flag *flag, const char *value,
                       struct settings *settings, struct err *err)
{
    (void)arena;
    int64_t ns;
    if (!flag_parse_duration(value, &ns))
        return bad(err, value, "a duration such as 90s, 1m30s, 500ms or 0");
    *(int64_t *)field(flag, settings) = ns;
    return true;
}

bool flag_set_log_level(struct arena *arena, const struct flag *flag, const char *value,
                        struct settings *settings, struct err *err)
{
    (void)arena;
    enum log_level level;
    if (!log_level_parse(value, &level))
        return bad(err, value, "one of error, warn, info, debug");
    *(enum log_level *)field(flag, settings) = level;
    return true;
}

bool flag_set_log_mode(struct arena *arena, const struct flag *flag, const char *value,
                       struct settings *settings, struct err *err)
{
    (void)arena;
    bool link = strcmp(value, "symlink") == 0;
    if (!link && strcmp(value, "cri") != 0)
        return bad(err, value, "cri or symlink");
    *(enum log_mode *)field(flag, settings) = link ? LOG_MODE_SYMLINK : LOG_MODE_CRI;
    return true;
}

bool flag_set_network_plugin(struct arena *arena, const struct flag *flag, const char *value,
                             struct settings *settings, struct err *err)
{
    (void)arena;
    bool bridge = value[0] == '\0' || strcmp(value, "no-op") == 0 || strcmp(value, "bridge") == 0;
    if (strcmp(value, "kubenet") == 0)
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "\"kubenet\" is not offered: use \"cni\" with a configuration of the bridge "
                       "and portmap plugins");
    if (!bridge && strcmp(value, "cni") != 0)
        return bad(err, value, "cni or bridge");
    *(enum network_plugin *)field(flag, settings) =
        bridge ? NETWORK_PLUGIN_BRIDGE : NETWORK_PLUGIN_CNI;
    return true;
}

bool flag_set_hairpin_mode(struct arena *arena, const struct flag *flag, const char *value,
                           struct settings *settings, struct err *err)
{
    if (strcmp(value, "none") != 0 && strcmp(value, "hairpin-veth") != 0 &&
        strcmp(value, "promiscuous-bridge") != 0)
        return bad(err, value, "none, hairpin-veth or promiscuous-bridge");
    return flag_set_text(arena, flag, value, settings, err);
}

bool flag_set_pod_cidr(struct arena *arena, const struct flag *flag, const char *value,
                       struct settings *settings, struct err *err)
{
    json_t *ranges = cni_request_ip_ranges(value, err);
    if (ranges == NULL)
        return false;
    json_decref(ranges);
    return flag_set_text(arena, flag, value, settings, err);
}

static bool is_address(const char *text, size_t length)
{
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (length >= sizeof(copy))
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return inet_pton(AF_INET, copy, &address) == 1 || inet_pton(AF_INET6, copy, &address) == 1;
}

static bool is_port(const char *text)
{
    int64_t port;
    return digits(&text, &port) && *text == '\0' && port < 65536;
}

bool flag_set_bind_address(struct arena *arena, const struct flag *flag, const char *value,
                           struct settings *settings, struct err *err)
{
    const char *start = value[0] == '[' ? value + 1 : value;
    size_t length = strcspn(start, value[0] == '[' ? "]" : ":");
    const char *end = start + length + (start[length] == ']');
    bool ok = value[0] == '\0' || is_address(value, strlen(value)) ||
              (is_address(start, length) && end[0] == ':' && is_port(end + 1));
    if (!ok)
        return bad(err, value, "an address, or an address with a port (127.0.0.1:0, [::1]:0)");
    return flag_set_text(arena, flag, value, settings, err);
}

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* A bare path is a unix socket. */
static const char *with_scheme(struct arena *arena, const char *value)
{
    return value[0] == '/' ? arena_printf(arena, "unix://%s", value) : value;
}

bool flag_set_cri_endpoint(struct arena *arena, const struct flag *flag, const char *value,
                           struct settings *settings, struct err *err)
{
    const char *endpoint = with_scheme(arena, value);
    if (!begins(endpoint, "unix:///") && !begins(endpoint, "fd://"))
        return bad(err, value, "unix:///PATH or fd://");
    return flag_set_text(arena, flag, endpoint, settings, err);
}

bool flag_set_docker_endpoint(struct arena *arena, const struct flag *flag, const char *value,
                              struct settings *settings, struct err *err)
{
    const char *endpoint = with_scheme(arena, value);
    if (value[0] != '\0' && !begins(endpoint, "unix:///") && !begins(endpoint, "tcp://"))
        return bad(err, value, "unix:///PATH or tcp://HOST:PORT");
    return flag_set_text(arena, flag, endpoint, settings, err);
}

bool flag_set_image(struct arena *arena, const struct flag *flag, const char *value,
                    struct settings *settings, struct err *err)
{
    struct reference reference;
    if (value[0] != '\0' && !reference_is_id(value) &&
        !reference_parse(arena, value, &reference, err))
        return false;
    return flag_set_optional(arena, flag, value, settings, err);
}

bool flag_set_pinned_image(struct arena *arena, const struct flag *flag, const char *value,
                           struct settings *settings, struct err *err)
{
    (void)flag;
    if (value[0] == '\0')
        return bad(err, value, "a pattern of image references");
    size_t count = settings->pinned_image_count;
    const char **patterns = arena_array(arena, count + 1, sizeof(*patterns));
    if (count > 0)
        memcpy(patterns, settings->pinned_images, count * sizeof(*patterns));
    patterns[count] = arena_strdup(arena, value);
    settings->pinned_images = patterns;
    settings->pinned_image_count = count + 1;
    return true;
}
