#include "cri/stream/bind_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Splits "host:port"; a host with colons stands in brackets when a port follows. */
static bool split(struct arena *arena, const char *text, const char **ret_host,
                  const char **ret_port)
{
    *ret_port = "0";
    if (text[0] == '[') {
        const char *end = strchr(text, ']');
        if (end == NULL || (end[1] != ':' && end[1] != '\0'))
            return false;
        *ret_host = arena_strndup(arena, text + 1, (size_t)(end - text) - 1);
        if (end[1] == ':')
            *ret_port = end + 2;
        return true;
    }
    const char *colon = strchr(text, ':');
    if (colon == NULL || strchr(colon + 1, ':') != NULL) {
        *ret_host = text;
        return true;
    }
    *ret_host = arena_strndup(arena, text, (size_t)(colon - text));
    *ret_port = colon + 1;
    return true;
}

static bool parse_port(const char *text, uint16_t *ret_port)
{
    char *end;
    unsigned long port = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || port > UINT16_MAX)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

static bool parse(struct arena *arena, const char *text, struct sockaddr_storage *ret_address,
                  socklen_t *ret_length)
{
    const char *host, *port_text;
    uint16_t port;
    union {
        struct sockaddr_storage any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    if (!split(arena, text, &host, &port_text) || !parse_port(port_text, &port))
        return false;
    if (host[0] == '\0')
        host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        *ret_length = sizeof(address.v4);
    } else if (inet_pton(AF_INET6, host, &address.v6.sin6_addr) == 1) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons(port);
        *ret_length = sizeof(address.v6);
    } else {
        return false;
    }
    *ret_address = address.any;
    return true;
}

bool bind_address_parse(const char *text, struct sockaddr_storage *ret_address,
                        socklen_t *ret_length, struct err *err)
{
    struct arena *arena = arena_create();
    bool ok = parse(arena, text, ret_address, ret_length);
    arena_destroy(arena);
    return ok || err_set(err, CODE_INVALID_ARGUMENT,
                         "\"%s\" is no address to listen on: ip, ip:port or [ipv6]:port", text);
}

const char *bind_address_url(struct arena *arena, bool tls, const struct sockaddr_storage *address)
{
    const char *scheme = tls ? "https" : "http";
    char text[INET6_ADDRSTRLEN];
    if (address->ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        if (v4.sin_addr.s_addr == htonl(INADDR_ANY))
            v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        (void)inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text)); /* the text is large enough */
        return arena_printf(arena, "%s://%s:%u", scheme, text, ntohs(v4.sin_port));
    }
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof(v6));
    if (IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr))
        v6.sin6_addr = in6addr_loopback;
    (void)inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text)); /* the text is large enough */
    return arena_printf(arena, "%s://[%s]:%u", scheme, text, ntohs(v6.sin6_port));
}
