#include "shim/translate/port.h"

#include <arpa/inet.h>
#include <inttypes.h>

#include "shim/translate/body.h"

static const char *protocol_name(Cri__Protocol protocol)
{
    switch (protocol) {
    case CRI__PROTOCOL__TCP:
        return "tcp";
    case CRI__PROTOCOL__UDP:
        return "udp";
    case CRI__PROTOCOL__SCTP:
        return "sctp";
    default:
        return NULL;
    }
}

static bool is_address(const char *text)
{
    struct in6_addr address; /* room for either family */
    return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

bool port_check(Cri__PortMapping *const *mappings, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        const Cri__PortMapping *mapping = mappings[i];
        if (protocol_name(mapping->protocol) == NULL)
            return err_set(err, CODE_INVALID_ARGUMENT,
                           "config.port_mappings[%zu].protocol %d is unknown", i,
                           (int)mapping->protocol);
        if (mapping->container_port < 1 || mapping->container_port > UINT16_MAX)
            return err_set(err, CODE_INVALID_ARGUMENT,
                           "config.port_mappings[%zu].container_port %" PRId32 " is no port", i,
                           mapping->container_port);
        if (mapping->host_port < 0 || mapping->host_port > UINT16_MAX)
            return err_set(err, CODE_INVALID_ARGUMENT,
                           "config.port_mappings[%zu].host_port %" PRId32 " is no port", i,
                           mapping->host_port);
        if (mapping->host_ip[0] != '\0' && !is_address(mapping->host_ip))
            return err_set(err, CODE_INVALID_ARGUMENT,
                           "config.port_mappings[%zu].host_ip \"%s\" is no address", i,
                           mapping->host_ip);
    }
    return true;
}

void port_set(struct arena *arena, json_t *config, json_t *host_config,
              Cri__PortMapping *const *mappings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Cri__PortMapping *mapping = mappings[i];
        if (mapping->host_port == 0)
            continue;
        const char *key = arena_printf(arena, "%" PRId32 "/%s", mapping->container_port,
                                       protocol_name(mapping->protocol));
        (void)body_object_at(body_object_at(config, "ExposedPorts"), key); /* its value is {} */
        json_t *binding = body_object();
        body_append(body_array_at(body_object_at(host_config, "PortBindings"), key), binding);
        body_set(binding, "HostIp", body_text(mapping->host_ip));
        body_set(binding, "HostPort",
                 body_text(arena_printf(arena, "%" PRId32, mapping->host_port)));
    }
}
