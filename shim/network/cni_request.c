#include "shim/network/cni_request.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "shim/network/quantity.h"

#define ANNOTATION_MAC "cni.dockershimd.io/mac"
#define ANNOTATION_IPS "cni.dockershimd.io/ips"
#define ANNOTATION_DEVICE "cni.dockershimd.io/device-id"
#define ANNOTATION_INGRESS "kubernetes.io/ingress-bandwidth"
#define ANNOTATION_EGRESS "kubernetes.io/egress-bandwidth"

const char *cni_request_arguments(struct arena *arena, const Cri__PodSandboxMetadata *metadata,
                                  const char *sandbox_id)
{
    return arena_printf(arena,
                        "IgnoreUnknown=1;K8S_POD_NAMESPACE=%s;K8S_POD_NAME=%s;"
                        "K8S_POD_INFRA_CONTAINER_ID=%s;K8S_POD_UID=%s",
                        metadata->namespace_, metadata->name, sandbox_id, metadata->uid);
}

static const char *annotation(const Cri__PodSandboxConfig *config, const char *key)
{
    const char *value = NULL;
    for (size_t i = 0; i < config->n_annotations; i++)
        if (strcmp(config->annotations[i]->key, key) == 0)
            value = config->annotations[i]->value; /* the last of duplicates wins */
    return value;
}

static const char *protocol_name(Cri__Protocol protocol)
{
    return protocol == CRI__PROTOCOL__UDP    ? "udp"
           : protocol == CRI__PROTOCOL__SCTP ? "sctp"
                                             : "tcp";
}

static void add_ports(json_t *capabilities, const Cri__PodSandboxConfig *config)
{
    json_t *ports = json_array();
    for (size_t i = 0; i < config->n_port_mappings; i++) {
        const Cri__PortMapping *mapping = config->port_mappings[i];
        if (mapping->host_port <= 0)
            continue;
        (void)json_array_append_new(
            ports, json_pack("{s:i, s:i, s:s, s:s}", "hostPort", (int)mapping->host_port,
                             "containerPort", (int)mapping->container_port, "protocol",
                             protocol_name(mapping->protocol), "hostIP", mapping->host_ip));
    }
    (void)json_object_set_new(capabilities, "portMappings", ports);
}

/* One direction in bits per second; Kubernetes bounds it to 1k … 1P. */
static bool add_rate(json_t *bandwidth, const Cri__PodSandboxConfig *config, const char *key,
                     const char *rate_name, const char *burst_name, struct err *err)
{
    const char *text = annotation(config, key);
    if (text == NULL)
        return true;
    int64_t rate;
    if (!quantity_parse(text, &rate) || rate < 1000 || rate > INT64_C(1000000000000000))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "annotation %s: \"%.64s\" is no quantity between 1k and 1P", key, text);
    enum { BURST_BITS = 0x7fffffff };
    (void)json_object_set_new(bandwidth, rate_name, json_integer(rate));
    (void)json_object_set_new(bandwidth, burst_name, json_integer(BURST_BITS));
    return true;
}

static bool add_bandwidth(struct arena *arena, json_t *capabilities,
                          const Cri__PodSandboxConfig *config, struct err *err)
{
    json_t *bandwidth = arena_json(arena, json_object());
    if (!add_rate(bandwidth, config, ANNOTATION_INGRESS, "ingressRate", "ingressBurst", err) ||
        !add_rate(bandwidth, config, ANNOTATION_EGRESS, "egressRate", "egressBurst", err))
        return false;
    if (json_object_size(bandwidth) > 0)
        (void)json_object_set(capabilities, "bandwidth", bandwidth);
    return true;
}

/* An address, with a prefix length behind it or not: "must" says whether there has to be one. */
static bool is_address(const char *text, size_t length, bool must_have_prefix)
{
    char copy[64];
    unsigned char binary[16];
    if (length >= sizeof(copy))
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    int bits = 0;
    char *slash = strchr(copy, '/');
    if (slash != NULL) {
        size_t digits = strspn(slash + 1, "0123456789");
        if (digits == 0 || digits > 3 || slash[1 + digits] != '\0')
            return false;
        bits = atoi(slash + 1);
        *slash = '\0';
    }
    return (slash != NULL || !must_have_prefix) &&
           ((bits <= 32 && inet_pton(AF_INET, copy, binary) == 1) ||
            (bits <= 128 && inet_pton(AF_INET6, copy, binary) == 1));
}

json_t *cni_request_ip_ranges(const char *pod_cidr, struct err *err)
{
    json_t *ranges = json_array();
    for (const char *at = pod_cidr; *at != '\0';) {
        size_t length = strcspn(at, ",");
        if (!is_address(at, length, true)) {
            json_decref(ranges);
            (void)err_set(err, CODE_INVALID_ARGUMENT, "\"%.80s\" is no list of CIDRs", pod_cidr);
            return NULL;
        }
        (void)json_array_append_new(ranges, json_pack("[{s:s%}]", "subnet", at, length));
        at += length + (at[length] != '\0');
    }
    return ranges;
}

/* A list of texts that a field of the message holds. */
static json_t *texts(const char *const *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(array, json_string(values[i]));
    return array;
}

static void add_dns(json_t *capabilities, const Cri__DNSConfig *dns)
{
    if (dns == NULL || dns->n_servers + dns->n_searches + dns->n_options == 0)
        return;
    (void)json_object_set_new(
        capabilities, "dns",
        json_pack("{s:o, s:o, s:o}", "servers",
                  texts((const char *const *)dns->servers, dns->n_servers), "searches",
                  texts((const char *const *)dns->searches, dns->n_searches), "options",
                  texts((const char *const *)dns->options, dns->n_options)));
}

/* "02:42:ac:11:00:02" */
static bool is_mac(const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if (i % 3 == 2 ? text[i] != ':' : strchr("0123456789abcdefABCDEF", text[i]) == NULL)
            return false;
    return length == 17;
}

static bool add_mac(json_t *capabilities, const Cri__PodSandboxConfig *config, struct err *err)
{
    const char *mac = annotation(config, ANNOTATION_MAC);
    if (mac == NULL)
        return true;
    if (!is_mac(mac))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "annotation " ANNOTATION_MAC ": \"%.64s\" is no hardware address", mac);
    (void)json_object_set_new(capabilities, "mac", json_string(mac));
    return true;
}

static bool add_ips(struct arena *arena, json_t *capabilities, const Cri__PodSandboxConfig *config,
                    struct err *err)
{
    const char *ips = annotation(config, ANNOTATION_IPS);
    if (ips == NULL)
        return true;
    json_t *list = arena_json(arena, json_array());
    for (const char *at = ips; *at != '\0';) {
        size_t length = strcspn(at, ",");
        if (!is_address(at, length, false))
            return err_set(err, CODE_INVALID_ARGUMENT,
                           "annotation " ANNOTATION_IPS ": \"%.128s\" is no list of addresses",
                           ips);
        (void)json_array_append_new(list, json_stringn(at, length));
        at += length + (at[length] != '\0');
    }
    if (json_array_size(list) > 0)
        (void)json_object_set(capabilities, "ips", list);
    return true;
}

static void add_annotations(json_t *capabilities, const Cri__PodSandboxConfig *config)
{
    json_t *all = json_object();
    for (size_t i = 0; i < config->n_annotations; i++)
        (void)json_object_set_new(all, config->annotations[i]->key,
                                  json_string(config->annotations[i]->value));
    (void)json_object_set_new(capabilities, "io.kubernetes.cri.pod-annotations", all);
    const char *device = annotation(config, ANNOTATION_DEVICE);
    if (device != NULL)
        (void)json_object_set_new(capabilities, "deviceID", json_string(device));
}

static void add_identity(json_t *capabilities, const Cri__PodSandboxConfig *config)
{
    const char *name = config->metadata != NULL ? config->metadata->name : "";
    json_t *aliases = json_array();
    if (name[0] != '\0')
        (void)json_array_append_new(aliases, json_string(name));
    if (config->hostname[0] != '\0' && strcmp(config->hostname, name) != 0)
        (void)json_array_append_new(aliases, json_string(config->hostname));
    if (json_array_size(aliases) > 0)
        (void)json_object_set(capabilities, "aliases", aliases);
    json_decref(aliases);
    if (config->linux != NULL && config->linux->cgroup_parent[0] != '\0')
        (void)json_object_set_new(capabilities, "cgroupPath",
                                  json_string(config->linux->cgroup_parent));
}

static bool add_ranges(struct arena *arena, json_t *capabilities, const char *pod_cidr,
                       struct err *err)
{
    json_t *ranges = cni_request_ip_ranges(pod_cidr, err);
    if (arena_json(arena, ranges) == NULL)
        return false;
    if (json_array_size(ranges) > 0)
        (void)json_object_set(capabilities, "ipRanges", ranges);
    return true;
}

bool cni_request_capabilities(struct arena *arena, const Cri__PodSandboxConfig *config,
                              const char *pod_cidr, json_t **ret_capabilities, struct err *err)
{
    json_t *capabilities = arena_json(arena, json_object());
    add_ports(capabilities, config);
    add_dns(capabilities, config->dns_config);
    add_annotations(capabilities, config);
    add_identity(capabilities, config);
    if (!add_mac(capabilities, config, err) || !add_ips(arena, capabilities, config, err) ||
        !add_ranges(arena, capabilities, pod_cidr, err) ||
        !add_bandwidth(arena, capabilities, config, err))
        return false;
    *ret_capabilities = capabilities;
    return true;
}
