#include "cri/stream/protocol.h"

#include <string.h>
#include <strings.h>

/* Better ones first. */
static const struct protocol SPDY_COMMAND[] = {
    {.name = "v5.channel.k8s.io", .json_status = true, .resizes = true},
    {.name = "v4.channel.k8s.io", .json_status = true, .resizes = true},
    {.name = "v3.channel.k8s.io", .resizes = true},
    {.name = "v2.channel.k8s.io"},
    {.name = "channel.k8s.io"},
    {0},
};

static const struct protocol SPDY_FORWARD[] = {{.name = "portforward.k8s.io"}, {0}};

static const struct protocol WEBSOCKET_COMMAND[] = {
    {.name = "v5.channel.k8s.io", .json_status = true, .resizes = true, .close_signal = true},
    {.name = "v4.channel.k8s.io", .json_status = true, .resizes = true},
    {.name = "v4.base64.channel.k8s.io", .json_status = true, .resizes = true, .base64 = true},
    {.name = "channel.k8s.io", .resizes = true},
    {.name = "base64.channel.k8s.io", .resizes = true, .base64 = true},
    {0},
};

static const struct protocol WEBSOCKET_FORWARD[] = {
    {.name = "SPDY/3.1+portforward.k8s.io", .tunnel = true},
    {.name = "v4.channel.k8s.io"},
    {.name = "v4.base64.channel.k8s.io", .base64 = true},
    {0},
};

/* True if the comma-separated list holds the name. */
static bool holds(const char *list, const char *name)
{
    size_t length = strlen(name);
    while (*list != '\0') {
        list += strspn(list, " \t,");
        size_t item = strcspn(list, " \t,");
        if (item == length && strncasecmp(list, name, length) == 0)
            return true;
        list += item;
    }
    return false;
}

static bool choose(const struct protocol *known, const struct protocol_offer *offer,
                   struct protocol *ret_protocol)
{
    for (; known->name != NULL; known++)
        for (size_t i = 0; i < offer->count; i++)
            if (holds(offer->values[i], known->name)) {
                *ret_protocol = *known;
                return true;
            }
    return false;
}

bool protocol_choose_spdy(enum stream_kind kind, const struct protocol_offer *offer,
                          struct protocol *ret_protocol)
{
    return choose(kind == STREAM_PORT_FORWARD ? SPDY_FORWARD : SPDY_COMMAND, offer, ret_protocol);
}

bool protocol_choose_websocket(enum stream_kind kind, const struct protocol_offer *offer,
                               struct protocol *ret_protocol)
{
    bool forward = kind == STREAM_PORT_FORWARD;
    if (offer->count == 0)
        *ret_protocol = (struct protocol){.name = "", .resizes = !forward};
    else if (!choose(forward ? WEBSOCKET_FORWARD : WEBSOCKET_COMMAND, offer, ret_protocol))
        return false;
    ret_protocol->websocket = true;
    return true;
}

const char *const *protocol_spdy_names(enum stream_kind kind)
{
    static const char *const COMMAND[] = {"v5.channel.k8s.io", "v4.channel.k8s.io",
                                          "v3.channel.k8s.io", "v2.channel.k8s.io",
                                          "channel.k8s.io",    NULL};
    static const char *const FORWARD[] = {"portforward.k8s.io", NULL};
    return kind == STREAM_PORT_FORWARD ? FORWARD : COMMAND;
}
