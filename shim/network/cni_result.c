#include "shim/network/cni_result.h"

#include <arpa/inet.h>
#include <string.h>

/* "10.0.0.5/24" -> "10.0.0.5", in the kernel's own spelling; NULL if it is no address. */
static const char *plain_address(struct arena *arena, const char *text)
{
    char plain[INET6_ADDRSTRLEN] = "", spelled[INET6_ADDRSTRLEN];
    size_t length = text != NULL ? strcspn(text, "/") : 0;
    if (length == 0 || length >= sizeof(plain))
        return NULL;
    memcpy(plain, text, length);
    unsigned char binary[16];
    int family = strchr(plain, ':') != NULL ? AF_INET6 : AF_INET;
    if (inet_pton(family, plain, binary) != 1 ||
        inet_ntop(family, binary, spelled, sizeof(spelled)) == NULL)
        return NULL;
    return arena_strdup(arena, spelled);
}

static const char *address_of(struct arena *arena, const json_t *ip)
{
    return plain_address(arena, json_string_value(json_object_get(ip, "address")));
}

/* Results before 0.3.0. */
static const char *const old_keys[] = {"ip4", "ip6"};

static const char *old_address_of(struct arena *arena, const json_t *ip)
{
    return plain_address(arena, json_string_value(json_object_get(ip, "ip")));
}

static bool check(struct arena *arena, const json_t *result, struct err *err)
{
    const json_t *ips = json_object_get(result, "ips");
    for (size_t i = 0; i < json_array_size(ips); i++)
        if (address_of(arena, json_array_get(ips, i)) == NULL)
            return err_set(err, CODE_UNKNOWN, "CNI result: ips[%zu] has no address", i);
    for (size_t i = 0; i < 2; i++) {
        const json_t *ip = json_object_get(result, old_keys[i]);
        if (ip != NULL && old_address_of(arena, ip) == NULL)
            return err_set(err, CODE_UNKNOWN, "CNI result: %s has no address", old_keys[i]);
    }
    return true;
}

bool cni_result_check(const json_t *result, struct err *err)
{
    struct arena *arena = arena_create();
    bool ok = check(arena, result, err);
    arena_destroy(arena);
    return ok;
}

/* The result may list addresses of host interfaces as well. */
static bool is_sandbox_interface(const json_t *result, const json_t *ip, const char *interface)
{
    const json_t *index = json_object_get(ip, "interface");
    if (!json_is_integer(index) || json_integer_value(index) < 0)
        return true;
    const json_t *found =
        json_array_get(json_object_get(result, "interfaces"), (size_t)json_integer_value(index));
    const char *name = json_string_value(json_object_get(found, "name"));
    const char *sandbox = json_string_value(json_object_get(found, "sandbox"));
    return found == NULL ||
           (sandbox != NULL && sandbox[0] != '\0' && name != NULL && strcmp(name, interface) == 0);
}

size_t cni_result_addresses(struct arena *arena, const json_t *result, const char *interface,
                            const char **ret_addresses, size_t max)
{
    size_t count = 0;
    const json_t *ips = json_object_get(result, "ips");
    for (size_t i = 0; i < json_array_size(ips); i++) {
        const json_t *ip = json_array_get(ips, i);
        const char *address = address_of(arena, ip);
        if (address != NULL && count < max && is_sandbox_interface(result, ip, interface))
            ret_addresses[count++] = address;
    }
    for (size_t i = 0; i < 2; i++) {
        const char *address = old_address_of(arena, json_object_get(result, old_keys[i]));
        if (address != NULL && count < max)
            ret_addresses[count++] = address;
    }
    return count;
}
