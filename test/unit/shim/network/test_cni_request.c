/* What plugins are told about a pod. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "shim/network/cni_request.h"

struct pod {
    struct arena *arena;
    struct err err;
    Cri__PodSandboxMetadata metadata;
    Cri__PodSandboxConfig config;
};

static int make_pod(void **state)
{
    struct pod *pod = calloc(1, sizeof(*pod));
    pod->arena = arena_create();
    cri__pod_sandbox_metadata__init(&pod->metadata);
    cri__pod_sandbox_config__init(&pod->config);
    pod->metadata.name = "web";
    pod->metadata.namespace_ = "shop";
    pod->metadata.uid = "uid-1";
    pod->config.metadata = &pod->metadata;
    *state = pod;
    return 0;
}

static int drop_pod(void **state)
{
    struct pod *pod = *state;
    arena_destroy(pod->arena);
    free(pod);
    return 0;
}

static void annotate(struct pod *pod, const char *key, const char *value)
{
    Cri__PodSandboxConfig__AnnotationsEntry *entry = arena_alloc(pod->arena, sizeof(*entry));
    cri__pod_sandbox_config__annotations_entry__init(entry);
    entry->key = key;
    entry->value = value;
    Cri__PodSandboxConfig__AnnotationsEntry **all =
        arena_array(pod->arena, pod->config.n_annotations + 1, sizeof(entry));
    if (pod->config.n_annotations > 0)
        memcpy(all, pod->config.annotations, pod->config.n_annotations * sizeof(entry));
    all[pod->config.n_annotations++] = entry;
    pod->config.annotations = all;
}

/* One capability's value as compact JSON with sorted keys; "" if it is not there. */
static const char *capability(struct pod *pod, const char *pod_cidr, const char *name)
{
    json_t *capabilities;
    assert_true(
        cni_request_capabilities(pod->arena, &pod->config, pod_cidr, &capabilities, &pod->err));
    const json_t *value = json_object_get(capabilities, name);
    if (value == NULL)
        return "";
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    arena_defer(pod->arena, free, text);
    return text;
}

static void assert_refused(struct pod *pod, const char *word)
{
    json_t *capabilities;
    assert_false(cni_request_capabilities(pod->arena, &pod->config, "", &capabilities, &pod->err));
    assert_int_equal(pod->err.code, CODE_INVALID_ARGUMENT);
    if (strstr(pod->err.text, word) == NULL)
        fail_msg("\"%s\" does not name %s", pod->err.text, word);
}

static void arguments_name_the_pod(void **state)
{
    struct pod *pod = *state;
    assert_string_equal(cni_request_arguments(pod->arena, &pod->metadata, "abc"),
                        "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;"
                        "K8S_POD_INFRA_CONTAINER_ID=abc;K8S_POD_UID=uid-1");
}

static void host_ports_are_mapped_and_others_are_not(void **state)
{
    struct pod *pod = *state;
    Cri__PortMapping ports[4], *list[4];
    for (size_t i = 0; i < 4; i++) {
        cri__port_mapping__init(&ports[i]);
        ports[i].container_port = 80 + (int)i;
        list[i] = &ports[i];
    }
    ports[0].host_port = 8080;
    ports[1].protocol = CRI__PROTOCOL__UDP; /* no host port */
    ports[2].host_port = 53;
    ports[2].protocol = CRI__PROTOCOL__UDP;
    ports[2].host_ip = "127.0.0.1";
    ports[3].host_port = 132;
    ports[3].protocol = CRI__PROTOCOL__SCTP;
    pod->config.port_mappings = list;
    pod->config.n_port_mappings = 4;
    assert_string_equal(
        capability(pod, "", "portMappings"),
        "[{\"containerPort\":80,\"hostIP\":\"\",\"hostPort\":8080,\"protocol\":\"tcp\"},"
        "{\"containerPort\":82,\"hostIP\":\"127.0.0.1\",\"hostPort\":53,\"protocol\":\"udp\"},"
        "{\"containerPort\":83,\"hostIP\":\"\",\"hostPort\":132,\"protocol\":\"sctp\"}]");
}

static void without_ports_there_is_an_empty_list(void **state)
{
    assert_string_equal(capability(*state, "", "portMappings"), "[]");
}

static void bandwidth_comes_from_the_annotations(void **state)
{
    struct pod *pod = *state;
    assert_string_equal(capability(pod, "", "bandwidth"), "");
    annotate(pod, "kubernetes.io/ingress-bandwidth", "10M");
    assert_string_equal(capability(pod, "", "bandwidth"),
                        "{\"ingressBurst\":2147483647,\"ingressRate\":10000000}");
    annotate(pod, "kubernetes.io/egress-bandwidth", "1.5Ki");
    assert_string_equal(capability(pod, "", "bandwidth"),
                        "{\"egressBurst\":2147483647,\"egressRate\":1536,"
                        "\"ingressBurst\":2147483647,\"ingressRate\":10000000}");
}

static void the_last_of_two_annotations_counts(void **state)
{
    struct pod *pod = *state;
    annotate(pod, "kubernetes.io/egress-bandwidth", "nonsense");
    annotate(pod, "kubernetes.io/egress-bandwidth", "1k");
    assert_string_equal(capability(pod, "", "bandwidth"),
                        "{\"egressBurst\":2147483647,\"egressRate\":1000}");
}

static void unreasonable_bandwidth_is_refused_by_name(void **state)
{
    static const char *const bad[] = {"999", "1001P", "fast", "", "-1M"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct pod *pod = *state;
        pod->config.n_annotations = 0;
        annotate(pod, "kubernetes.io/ingress-bandwidth", bad[i]);
        assert_refused(pod, "kubernetes.io/ingress-bandwidth");
    }
}

static void a_pod_cidr_of_two_families_is_one_list_each(void **state)
{
    struct pod *pod = *state;
    assert_string_equal(capability(pod, "", "ipRanges"), "");
    assert_string_equal(capability(pod, "10.1.0.0/24", "ipRanges"),
                        "[[{\"subnet\":\"10.1.0.0/24\"}]]");
    assert_string_equal(capability(pod, "10.1.0.0/24,fd00:1::/64", "ipRanges"),
                        "[[{\"subnet\":\"10.1.0.0/24\"}],[{\"subnet\":\"fd00:1::/64\"}]]");
}

static void what_is_no_cidr_is_refused(void **state)
{
    struct pod *pod = *state;
    static const char *const bad[] = {"10.1.0.0",   "10.1.0.0/33",   "fd00::/129",
                                      "/24",        "a/24",          "10.1.0.0/",
                                      ",",          "10.1.0.0/24,x", "10.1.0.0/2x",
                                      "10.1.0/24",  "10.1.0.0/0024", "10.1.0.0/24,,fd00::/64",
                                      "10.1.0.0/-1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        pod->err = (struct err)ERR_INIT;
        if (cni_request_ip_ranges(bad[i], &pod->err) != NULL)
            fail_msg("\"%s\" is taken for a CIDR", bad[i]);
        assert_int_equal(pod->err.code, CODE_INVALID_ARGUMENT);
    }
}

static void dns_is_what_the_pod_was_given(void **state)
{
    struct pod *pod = *state;
    Cri__DNSConfig dns;
    const char *servers[] = {"10.0.0.10", "fd00::10"}, *searches[] = {"svc.local"};
    cri__dnsconfig__init(&dns);
    pod->config.dns_config = &dns;
    assert_string_equal(capability(pod, "", "dns"), "");
    dns.servers = servers;
    dns.n_servers = 2;
    dns.searches = searches;
    dns.n_searches = 1;
    assert_string_equal(capability(pod, "", "dns"), "{\"options\":[],\"searches\":[\"svc.local\"],"
                                                    "\"servers\":[\"10.0.0.10\",\"fd00::10\"]}");
}

static void annotations_ask_for_addresses_and_a_device(void **state)
{
    struct pod *pod = *state;
    assert_string_equal(capability(pod, "", "mac"), "");
    annotate(pod, "cni.dockershimd.io/mac", "02:42:ac:11:00:0A");
    annotate(pod, "cni.dockershimd.io/ips", "10.1.0.9,fd00::9/64");
    annotate(pod, "cni.dockershimd.io/device-id", "0000:04:00.5");
    assert_string_equal(capability(pod, "", "mac"), "\"02:42:ac:11:00:0A\"");
    assert_string_equal(capability(pod, "", "ips"), "[\"10.1.0.9\",\"fd00::9/64\"]");
    assert_string_equal(capability(pod, "", "deviceID"), "\"0000:04:00.5\"");
    assert_string_equal(capability(pod, "", "io.kubernetes.cri.pod-annotations"),
                        "{\"cni.dockershimd.io/device-id\":\"0000:04:00.5\","
                        "\"cni.dockershimd.io/ips\":\"10.1.0.9,fd00::9/64\","
                        "\"cni.dockershimd.io/mac\":\"02:42:ac:11:00:0A\"}");
}

static void annotations_that_cannot_be_read_are_refused(void **state)
{
    struct pod *pod = *state;
    annotate(pod, "cni.dockershimd.io/mac", "02:42:ac:11:00");
    assert_refused(pod, "cni.dockershimd.io/mac");
    pod->config.n_annotations = 0;
    annotate(pod, "cni.dockershimd.io/mac", "02-42-ac-11-00-0a");
    assert_refused(pod, "cni.dockershimd.io/mac");
    pod->config.n_annotations = 0;
    annotate(pod, "cni.dockershimd.io/ips", "10.1.0.9;10.1.0.10");
    assert_refused(pod, "cni.dockershimd.io/ips");
}

static void the_pod_is_known_by_its_names_and_its_cgroup(void **state)
{
    struct pod *pod = *state;
    Cri__LinuxPodSandboxConfig linux_config;
    cri__linux_pod_sandbox_config__init(&linux_config);
    assert_string_equal(capability(pod, "", "aliases"), "[\"web\"]");
    assert_string_equal(capability(pod, "", "cgroupPath"), "");
    pod->config.hostname = "web";
    assert_string_equal(capability(pod, "", "aliases"), "[\"web\"]");
    pod->config.hostname = "front";
    assert_string_equal(capability(pod, "", "aliases"), "[\"web\",\"front\"]");
    linux_config.cgroup_parent = "/kubepods/pod1";
    pod->config.linux = &linux_config;
    assert_string_equal(capability(pod, "", "cgroupPath"), "\"/kubepods/pod1\"");
}

#define pod_test(function) cmocka_unit_test_setup_teardown(function, make_pod, drop_pod)

int main(void)
{
    const struct CMUnitTest tests[] = {
        pod_test(arguments_name_the_pod),
        pod_test(host_ports_are_mapped_and_others_are_not),
        pod_test(without_ports_there_is_an_empty_list),
        pod_test(bandwidth_comes_from_the_annotations),
        pod_test(the_last_of_two_annotations_counts),
        pod_test(unreasonable_bandwidth_is_refused_by_name),
        pod_test(a_pod_cidr_of_two_families_is_one_list_each),
        pod_test(what_is_no_cidr_is_refused),
        pod_test(dns_is_what_the_pod_was_given),
        pod_test(annotations_ask_for_addresses_and_a_device),
        pod_test(annotations_that_cannot_be_read_are_refused),
        pod_test(the_pod_is_known_by_its_names_and_its_cgroup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
