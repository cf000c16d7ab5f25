/* The result cache, against a file that libcni itself wrote. */
#include "test/unit/shim/network/workspace.h"

#include "shim/network/cni_cache.h"
#include "shim/network/cni_config.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FILE_NAME "cache/results/podnet-" ID "-eth0"
#define LOOPBACK_NAME "cache/results/cni-loopback-" ID "-eth0"

#define CONFIG                                                                                     \
    "{\"cniVersion\":\"0.4.0\",\"name\":\"podnet\",\"plugins\":[{\"type\":\"fake\","               \
    "\"capabilities\":{\"portMappings\":true},\"note\":\"a<b&c\"}]}"

/* Up to the network's name, and from there on: later versions of libcni put "netns" between. */
#define WRITTEN_HEAD                                                                               \
    "{\"kind\":\"cniCacheV1\",\"containerId\":\"" ID "\",\"config\":"                              \
    "\"eyJjbmlWZXJzaW9uIjoiMC40LjAiLCJuYW1lIjoicG9kbmV0IiwicGx1Z2lucyI6W3sidHlwZSI6ImZha2UiLCJj"   \
    "YXBhYmlsaXRpZXMiOnsicG9ydE1hcHBpbmdzIjp0cnVlfSwibm90ZSI6ImE8YiZjIn1dfQ==\","                  \
    "\"ifName\":\"eth0\",\"networkName\":\"podnet\","
#define WRITTEN_TAIL                                                                               \
    "\"cniArgs\":[[\"IgnoreUnknown\",\"1\"],[\"K8S_POD_NAMESPACE\",\"default\"],"                  \
    "[\"K8S_POD_NAME\",\"web\"],[\"K8S_POD_INFRA_CONTAINER_ID\",\"" ID "\"]],"                     \
    "\"capabilityArgs\":{\"ipRanges\":[[{\"subnet\":\"\"}]],\"portMappings\":"                     \
    "[{\"containerPort\":80,\"hostIP\":\"\",\"hostPort\":8080,\"protocol\":\"tcp\"}]},"            \
    "\"result\":{\"cniVersion\":\"0.4.0\",\"dns\":{},\"interfaces\":[{\"mac\":"                    \
    "\"0a:00:00:00:00:01\",\"name\":\"eth0\",\"sandbox\":\"/proc/1/ns/net\"}],\"ips\":"            \
    "[{\"address\":\"10.9.0.2/24\",\"gateway\":\"10.9.0.1\",\"interface\":0,"                      \
    "\"version\":\"4\"}],\"routes\":[{\"dst\":\"0.0.0.0/0\"}]}}"

#define ARGUMENTS                                                                                  \
    "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;"                                  \
    "K8S_POD_INFRA_CONTAINER_ID=" ID

static json_t *json(struct workspace *ws, const char *text)
{
    json_t *document = arena_json(ws->arena, json_loads(text, 0, NULL));
    assert_non_null(document);
    return document;
}

static struct cni_attachment attachment(struct workspace *ws, const char *netns)
{
    return (struct cni_attachment){
        .list = json(ws, CONFIG),
        .container_id = ID,
        .netns = netns,
        .interface = "eth0",
        .arguments = ARGUMENTS,
        .capabilities = json(ws, "{\"ipRanges\":[[{\"subnet\":\"\"}]],\"portMappings\":"
                                 "[{\"containerPort\":80,\"hostIP\":\"\",\"hostPort\":8080,"
                                 "\"protocol\":\"tcp\"}]}"),
    };
}

static json_t *result(struct workspace *ws)
{
    return json_object_get(json(ws, WRITTEN_HEAD WRITTEN_TAIL), "result");
}

static bool find(struct workspace *ws, const char *id, struct cni_attachment *ret_attachment,
                 json_t **ret_result)
{
    ws->err = (struct err)ERR_INIT;
    return cni_cache_find(ws->arena, ws_path(ws, "cache"), id, "eth0", ret_attachment, ret_result,
                          &ws->err);
}

static void what_is_written_is_what_libcni_writes(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment written = attachment(ws, "");
    struct stat status;
    assert_true(cni_cache_write(ws->arena, ws_path(ws, "cache"), &written, result(ws), &ws->err));
    assert_string_equal(ws_read(ws, FILE_NAME), WRITTEN_HEAD WRITTEN_TAIL);
    assert_int_equal(stat(ws_path(ws, FILE_NAME), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(stat(ws_path(ws, "cache/results"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    written = attachment(ws, "/run/x/netns/" ID);
    assert_true(cni_cache_write(ws->arena, ws_path(ws, "cache"), &written, result(ws), &ws->err));
    assert_string_equal(ws_read(ws, FILE_NAME),
                        WRITTEN_HEAD "\"netns\":\"/run/x/netns/" ID "\"," WRITTEN_TAIL);
}

static void what_libcni_wrote_is_read(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment found;
    json_t *found_result;
    ws_mkdir(ws, "cache/results");
    ws_write(ws, FILE_NAME, WRITTEN_HEAD WRITTEN_TAIL);
    ws_write(ws, LOOPBACK_NAME, "{\"kind\":\"cniCacheV1\"}");
    assert_true(find(ws, ID, &found, &found_result));
    assert_true(json_equal(found.list, json(ws, CONFIG)));
    assert_string_equal(found.container_id, ID);
    assert_string_equal(found.interface, "eth0");
    assert_string_equal(found.arguments, ARGUMENTS);
    assert_true(json_equal(found.capabilities, attachment(ws, "").capabilities));
    assert_true(json_equal(found_result, result(ws)));
}

static void others_files_are_not_this_containers(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment found;
    json_t *found_result;
    assert_false(find(ws, ID, &found, &found_result));
    assert_int_equal(ws->err.code, CODE_NOT_FOUND);
    ws_mkdir(ws, "cache/results");
    ws_write(ws, LOOPBACK_NAME, WRITTEN_HEAD WRITTEN_TAIL);
    ws_write(ws, "cache/results/podnet-" ID "-net1", WRITTEN_HEAD WRITTEN_TAIL);
    ws_write(ws, "cache/results/podnet-x" ID "-eth0", WRITTEN_HEAD WRITTEN_TAIL);
    ws_write(ws, FILE_NAME ".tmp", WRITTEN_HEAD WRITTEN_TAIL);
    assert_false(find(ws, ID, &found, &found_result));
    assert_int_equal(ws->err.code, CODE_NOT_FOUND);
}

static void a_single_plugins_configuration_is_read_as_a_list(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment found;
    json_t *found_result;
    ws_mkdir(ws, "cache/results");
    /* {"cniVersion":"0.2.0","name":"old","type":"fake"}, and a result-less file. */
    ws_write(ws, "cache/results/old-" ID "-eth0",
             "{\"kind\":\"cniCacheV1\",\"containerId\":\"" ID "\",\"config\":"
             "\"eyJjbmlWZXJzaW9uIjoiMC4yLjAiLCJuYW1lIjoib2xkIiwidHlwZSI6ImZha2UifQ==\","
             "\"ifName\":\"eth0\",\"networkName\":\"old\"}");
    assert_true(find(ws, ID, &found, &found_result));
    assert_string_equal(cni_config_name(found.list), "old");
    assert_string_equal(cni_config_version(found.list), "0.2.0");
    assert_string_equal(found.arguments, "");
    assert_int_equal(json_object_size(found.capabilities), 0);
    assert_null(found_result);
}

static void a_file_that_cannot_be_understood_says_so(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment found;
    json_t *found_result;
    static const char *const bad[] = {
        "", "garbage", "{}", "{\"config\":\"!\"}", "{\"config\":\"e30=\"}", "{\"config\":7}"};
    ws_mkdir(ws, "cache/results");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ws_write(ws, FILE_NAME, bad[i]);
        assert_false(find(ws, ID, &found, &found_result));
        assert_int_not_equal(ws->err.code, CODE_NOT_FOUND);
        assert_non_null(strstr(ws->err.text, FILE_NAME));
    }
}

static void removing_takes_all_that_belongs_to_it(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment gone = attachment(ws, "");
    ws_mkdir(ws, "cache/results");
    ws_write(ws, FILE_NAME, "x");
    ws_write(ws, FILE_NAME ".tmp", "x");
    ws_write(ws, LOOPBACK_NAME, "x");
    ws_write(ws, "cache/results/podnet-other-eth0", "x");
    assert_true(cni_cache_remove(ws->arena, ws_path(ws, "cache"), &gone, &ws->err));
    assert_false(ws_exists(ws, FILE_NAME));
    assert_false(ws_exists(ws, FILE_NAME ".tmp"));
    assert_false(ws_exists(ws, LOOPBACK_NAME));
    assert_true(ws_exists(ws, "cache/results/podnet-other-eth0"));
    assert_true(cni_cache_remove(ws->arena, ws_path(ws, "cache"), &gone, &ws->err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        workspace_test(what_is_written_is_what_libcni_writes),
        workspace_test(what_libcni_wrote_is_read),
        workspace_test(others_files_are_not_this_containers),
        workspace_test(a_single_plugins_configuration_is_read_as_a_list),
        workspace_test(a_file_that_cannot_be_understood_says_so),
        workspace_test(removing_takes_all_that_belongs_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
