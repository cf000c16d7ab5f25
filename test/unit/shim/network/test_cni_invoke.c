/* Chains of plugins: what each is given, and what becomes of those that misbehave. */
#include "test/unit/shim/network/workspace.h"

#include <signal.h>

#include "shim/network/cni_invoke.h"

static json_t *json(struct workspace *ws, const char *text)
{
    json_t *document = arena_json(ws->arena, json_loads(text, 0, NULL));
    assert_non_null(document);
    return document;
}

/* A chain of plugins a, b and c. */
static struct cni_attachment chain_of(struct workspace *ws, const char *version)
{
    ws_plugin(ws, "a");
    ws_plugin(ws, "b");
    ws_plugin(ws, "c");
    return (struct cni_attachment){
        .list = json(ws, arena_printf(ws->arena,
                                      "{\"cniVersion\":\"%s\",\"name\":\"net\",\"plugins\":["
                                      "{\"type\":\"a\",\"own\":{\"k\":[1,2]},"
                                      "\"capabilities\":{\"mac\":true,\"portMappings\":true,"
                                      "\"bandwidth\":false,\"dns\":true}},"
                                      "{\"type\":\"b\"},{\"type\":\"c\",\"name\":\"mine\"}]}",
                                      version)),
        .plugin_directories = arena_printf(ws->arena, "/nowhere,%s", ws_path(ws, "bin")),
        .container_id = "cafe",
        .netns = "/run/netns/x",
        .interface = "eth0",
        .arguments = "K=V;L=W",
        .capabilities = json(ws, "{\"mac\":\"m\",\"portMappings\":[],\"bandwidth\":{}}"),
        .timeout_ns = 600 * NS_PER_S,
    };
}

struct kept {
    struct workspace *ws;
    const char *results; /* the first address of each, joined */
    bool fail;
};

static bool keep(void *context, json_t *result, struct err *err)
{
    struct kept *kept = context;
    const json_t *ip = json_array_get(json_object_get(result, "ips"), 0);
    kept->results = arena_printf(kept->ws->arena, "%s%s,", kept->results,
                                 json_string_value(json_object_get(ip, "address")));
    return !kept->fail || err_set(err, CODE_INTERNAL, "disk full");
}

static bool add(struct workspace *ws, const struct cni_attachment *attachment, struct kept *kept,
                json_t **ret_result)
{
    *kept = (struct kept){.ws = ws, .results = "", .fail = kept->fail};
    const struct cni_keeper keeper = {.keep = keep, .context = kept};
    ws->err = (struct err)ERR_INIT;
    return cni_add(&ws->scope, attachment, &keeper, ret_result, &ws->err);
}

/* ADD that is to fail, with these words in its error. */
static void assert_add_fails(struct workspace *ws, const struct cni_attachment *attachment,
                             enum code code, const char *words)
{
    struct kept kept = {0};
    json_t *result;
    assert_false(add(ws, attachment, &kept, &result));
    assert_int_equal(ws->err.code, code);
    if (strstr(ws->err.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", ws->err.text, words);
}

static json_t *input_of(struct workspace *ws, const char *name)
{
    return json(ws, ws_read(ws, name));
}

static void add_hands_the_result_down_the_chain(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "1.0.0");
    struct kept kept = {0};
    json_t *result;
    ws_write(ws, "b.ADD.do",
             "echo '{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.9.0.3/24\"}]}'");
    assert_true(add(ws, &attachment, &kept, &result));
    assert_string_equal(ws_calls(ws), "a ADD,b ADD,c ADD,");
    assert_true(json_equal(
        result, json(ws, "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.9.0.3/24\"}]}")));
    assert_string_equal(kept.results, "10.9.0.2/24,10.9.0.3/24,10.9.0.3/24,");
    /* What the configuration has stays, what is not ours to pass goes, what is ours is added. */
    assert_true(json_equal(input_of(ws, "a.ADD.stdin"),
                           json(ws, "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"type\":\"a\","
                                    "\"own\":{\"k\":[1,2]},"
                                    "\"runtimeConfig\":{\"mac\":\"m\",\"portMappings\":[]}}")));
    /* A result without a version is of the configuration's. */
    assert_true(json_equal(input_of(ws, "b.ADD.stdin"),
                           json(ws, "{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"type\":\"b\","
                                    "\"prevResult\":{\"cniVersion\":\"1.0.0\","
                                    "\"ips\":[{\"address\":\"10.9.0.2/24\"}]}}")));
    assert_string_equal(json_string_value(json_object_get(input_of(ws, "c.ADD.stdin"), "name")),
                        "net");
}

static void the_environment_is_ours_with_cnis_in_it(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "1.0.0");
    struct kept kept = {0};
    json_t *result;
    assert_int_equal(setenv("HTTPS_PROXY", "http://proxy", 1), 0);
    assert_int_equal(setenv("CNI_IFNAME", "foreign", 1), 0);
    assert_int_equal(setenv("LISTEN_FDS", "1", 1), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", "/run/notify", 1), 0);
    assert_int_equal(setenv("WATCHDOG_USEC", "1", 1), 0);
    assert_true(add(ws, &attachment, &kept, &result));
    assert_int_equal(unsetenv("CNI_IFNAME"), 0);
    const char *text = arena_printf(ws->arena, "\n%s", ws_read(ws, "a.ADD.env"));
    static const char *const there[] = {"\nCNI_COMMAND=ADD\n",         "\nCNI_CONTAINERID=cafe\n",
                                        "\nCNI_NETNS=/run/netns/x\n",  "\nCNI_IFNAME=eth0\n",
                                        "\nCNI_ARGS=K=V;L=W\n",        "\nPATH=",
                                        "\nHTTPS_PROXY=http://proxy\n"};
    for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
        if (strstr(text, there[i]) == NULL)
            fail_msg("%s is missing in %s", there[i], text);
    assert_non_null(
        strstr(text, arena_printf(ws->arena, "\nCNI_PATH=/nowhere:%s\n", ws_path(ws, "bin"))));
    assert_null(strstr(text, "foreign"));
    assert_null(strstr(text, "LISTEN_FDS"));
    assert_null(strstr(text, "NOTIFY_SOCKET"));
    assert_null(strstr(text, "WATCHDOG_USEC"));
}

static void del_goes_backwards_with_the_last_result(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "0.4.0");
    json_t *result = json(ws, "{\"cniVersion\":\"0.4.0\",\"ips\":[]}");
    attachment.netns = "";
    assert_true(cni_del(&ws->scope, &attachment, result, &ws->err));
    assert_string_equal(ws_calls(ws), "c DEL,b DEL,a DEL,");
    assert_true(json_equal(json_object_get(input_of(ws, "a.DEL.stdin"), "prevResult"), result));
    assert_non_null(strstr(ws_read(ws, "a.DEL.env"), "\nCNI_NETNS=\n"));
    assert_non_null(json_object_get(input_of(ws, "a.DEL.stdin"), "runtimeConfig"));
}

static void del_tells_no_result_where_there_is_none_or_the_version_has_none(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "0.3.1");
    assert_true(cni_del(&ws->scope, &attachment, json(ws, "{}"), &ws->err));
    assert_null(json_object_get(input_of(ws, "a.DEL.stdin"), "prevResult"));
    attachment = chain_of(ws, "1.0.0");
    assert_true(cni_del(&ws->scope, &attachment, NULL, &ws->err));
    assert_null(json_object_get(input_of(ws, "a.DEL.stdin"), "prevResult"));
}

static void del_stops_at_a_failure_but_not_at_an_unknown_container(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "1.0.0");
    ws_write(ws, "c.DEL.do", "echo '{\"code\":3,\"msg\":\"who?\"}'; exit 1");
    ws_write(ws, "b.DEL.do", "echo '{\"code\":11,\"msg\":\"not now\"}'; exit 1");
    assert_false(cni_del(&ws->scope, &attachment, NULL, &ws->err));
    assert_string_equal(ws_calls(ws), "c DEL,b DEL,");
    assert_string_equal(ws->err.text, "CNI plugin b failed to DEL: not now");
    assert_int_equal(unlink(ws_path(ws, "b.DEL.do")), 0);
    assert_true(cni_del(&ws->scope, &attachment, NULL, &ws->err));
    assert_string_equal(ws_calls(ws), "c DEL,b DEL,a DEL,");
}

static void del_does_not_mind_chatter(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "1.0.0");
    ws_write(ws, "b.DEL.do", "echo deleted; echo really >&2");
    assert_true(cni_del(&ws->scope, &attachment, NULL, &ws->err));
}

static void a_plugin_that_cannot_be_started_has_undone_nothing(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "1.0.0");
    ws_write(ws, "bin/b", "#!/nowhere/interpreter\n");
    assert_false(cni_del(&ws->scope, &attachment, NULL, &ws->err));
    assert_int_equal(ws->err.code, CODE_FAILED_PRECONDITION);
    assert_int_equal(unlink(ws_path(ws, "bin/b")), 0);
    assert_false(cni_del(&ws->scope, &attachment, NULL, &ws->err));
    assert_int_equal(ws->err.code, CODE_FAILED_PRECONDITION);
    assert_non_null(strstr(ws->err.text, "no CNI plugin b in /nowhere,"));
}

static void a_plugins_own_words_are_passed_on(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "1.0.0");
    ws_write(ws, "b.ADD.do",
             "echo '{\"cniVersion\":\"1.0.0\",\"code\":7,\"msg\":\"no addresses\","
             "\"details\":\"range is full\"}'; exit 1");
    assert_add_fails(ws, &attachment, CODE_UNKNOWN,
                     "CNI plugin b failed to ADD: no addresses; range is full");
    assert_string_equal(ws_calls(ws), "a ADD,b ADD,");
    ws_write(ws, "b.ADD.do", "printf 'a \\377bad\\nword\\n\\n'; echo 'panic: oh' >&2; exit 3");
    assert_add_fails(ws, &attachment, CODE_UNKNOWN,
                     "CNI plugin b failed to ADD with status 3: a \xef\xbf\xbd"
                     "bad word; panic: oh");
    ws_write(ws, "b.ADD.do", "exit 9");
    assert_add_fails(ws, &attachment, CODE_UNKNOWN, "with status 9 and without a word");
    ws_write(ws, "b.ADD.do", "echo '{\"msg\":7}'; exit 1");
    assert_add_fails(ws, &attachment, CODE_UNKNOWN, "status 1: {\"msg\":7}");
}

static void success_without_a_result_is_a_failure(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "1.0.0");
    ws_write(ws, "a.ADD.do", "exit 0");
    assert_add_fails(ws, &attachment, CODE_UNKNOWN, "CNI plugin a gave no result to ADD");
    ws_write(ws, "a.ADD.do", "echo all went well");
    assert_add_fails(ws, &attachment, CODE_UNKNOWN, "gave no result to ADD: all went well");
    ws_write(ws, "a.ADD.do", "echo '[]'");
    assert_add_fails(ws, &attachment, CODE_UNKNOWN, "gave no result to ADD: []");
    ws_write(ws, "a.ADD.do", "echo '{\"ips\":[]} trailing'");
    assert_add_fails(ws, &attachment, CODE_UNKNOWN, "gave no result to ADD");
    ws_write(ws, "a.ADD.do", "head -c 3000000 /dev/zero | tr '\\0' '['");
    assert_add_fails(ws, &attachment, CODE_UNKNOWN, "gave no result to ADD: [[[[");
    assert_true(strlen(ws->err.text) < 1500);
}

static void what_cannot_be_kept_ends_the_chain(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "1.0.0");
    struct kept kept = {.fail = true};
    json_t *result;
    assert_false(add(ws, &attachment, &kept, &result));
    assert_string_equal(ws->err.text, "disk full");
    assert_string_equal(ws_calls(ws), "a ADD,");
}

static void one_deadline_is_for_the_whole_chain(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "1.0.0");
    attachment.timeout_ns = 300 * NS_PER_MS;
    ws_write(ws, "b.ADD.do", "sleep 1000");
    assert_add_fails(ws, &attachment, CODE_DEADLINE_EXCEEDED, "CNI plugin b to ADD: ");
    assert_string_equal(ws_calls(ws), "a ADD,b ADD,");
    attachment.timeout_ns = 0;
    assert_add_fails(ws, &attachment, CODE_DEADLINE_EXCEEDED, "no time was left for CNI plugin a");
    assert_string_equal(ws_calls(ws), "");
}

static void check_is_given_the_result_and_knows_when_not_to_ask(void **state)
{
    struct workspace *ws = *state;
    struct cni_attachment attachment = chain_of(ws, "0.4.0");
    json_t *result = json(ws, "{\"ips\":[]}");
    assert_true(cni_check(&ws->scope, &attachment, result, &ws->err));
    assert_string_equal(ws_calls(ws), "a CHECK,b CHECK,c CHECK,");
    assert_true(json_equal(json_object_get(input_of(ws, "c.CHECK.stdin"), "prevResult"), result));
    ws_write(ws, "b.CHECK.do", "echo '{\"msg\":\"route is gone\"}'; exit 1");
    assert_false(cni_check(&ws->scope, &attachment, result, &ws->err));
    assert_string_equal(ws->err.text, "CNI plugin b failed to CHECK: route is gone");
    assert_string_equal(ws_calls(ws), "a CHECK,b CHECK,");
    attachment.list = json(ws, "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"disableCheck\":true,"
                               "\"plugins\":[{\"type\":\"a\"}]}");
    assert_true(cni_check(&ws->scope, &attachment, result, &ws->err));
    attachment = chain_of(ws, "0.3.1");
    assert_false(cni_check(&ws->scope, &attachment, result, &ws->err));
    assert_int_equal(ws->err.code, CODE_UNIMPLEMENTED);
    assert_string_equal(ws_calls(ws), "");
}

static struct cni_network network_of(struct workspace *ws, const char *version)
{
    struct cni_attachment attachment = chain_of(ws, version);
    return (struct cni_network){
        .list = attachment.list,
        .plugin_directories = attachment.plugin_directories,
        .capabilities = json(ws, "{\"mac\":\"m\"}"),
        .timeout_ns = attachment.timeout_ns,
    };
}

static void status_is_asked_from_1_1_on(void **state)
{
    struct workspace *ws = *state;
    struct cni_network network = network_of(ws, "1.0.0");
    assert_true(cni_status(&ws->scope, &network, &ws->err));
    assert_string_equal(ws_calls(ws), "");
    network = network_of(ws, "1.1.0");
    assert_true(cni_status(&ws->scope, &network, &ws->err));
    assert_string_equal(ws_calls(ws), "a STATUS,b STATUS,c STATUS,");
    assert_true(json_equal(input_of(ws, "a.STATUS.stdin"),
                           json(ws, "{\"cniVersion\":\"1.1.0\",\"name\":\"net\",\"type\":\"a\","
                                    "\"own\":{\"k\":[1,2]},\"runtimeConfig\":{\"mac\":\"m\"}}")));
    ws_write(ws, "b.STATUS.do", "echo '{\"code\":50,\"msg\":\"agent is away\"}'; exit 1");
    assert_false(cni_status(&ws->scope, &network, &ws->err));
    assert_string_equal(ws->err.text, "CNI plugin b failed to STATUS: agent is away");
    assert_string_equal(ws_calls(ws), "a STATUS,b STATUS,");
}

static void gc_asks_all_and_tells_who_is_valid(void **state)
{
    struct workspace *ws = *state;
    json_t *valid = json(ws, "[{\"containerID\":\"cafe\",\"ifname\":\"eth0\"}]");
    struct cni_network network = network_of(ws, "1.0.0");
    assert_true(cni_gc(&ws->scope, &network, valid, &ws->err));
    assert_string_equal(ws_calls(ws), "");
    network = network_of(ws, "1.1.0");
    ws_write(ws, "a.GC.do", "echo '{\"msg\":\"busy\"}'; exit 1");
    assert_false(cni_gc(&ws->scope, &network, valid, &ws->err));
    assert_string_equal(ws->err.text, "CNI plugin a failed to GC: busy");
    assert_string_equal(ws_calls(ws), "a GC,b GC,c GC,");
    const json_t *input = input_of(ws, "c.GC.stdin");
    assert_true(json_equal(json_object_get(input, "cni.dev/valid-attachments"), valid));
    assert_true(json_equal(json_object_get(input, "cni.dev/attachments"), valid));
    network.list = json(ws, "{\"cniVersion\":\"1.1.0\",\"name\":\"n\",\"disableGC\":true,"
                            "\"plugins\":[{\"type\":\"a\"}]}");
    assert_true(cni_gc(&ws->scope, &network, valid, &ws->err));
    assert_string_equal(ws_calls(ws), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        workspace_test(add_hands_the_result_down_the_chain),
        workspace_test(the_environment_is_ours_with_cnis_in_it),
        workspace_test(del_goes_backwards_with_the_last_result),
        workspace_test(del_tells_no_result_where_there_is_none_or_the_version_has_none),
        workspace_test(del_stops_at_a_failure_but_not_at_an_unknown_container),
        workspace_test(del_does_not_mind_chatter),
        workspace_test(a_plugin_that_cannot_be_started_has_undone_nothing),
        workspace_test(a_plugins_own_words_are_passed_on),
        workspace_test(success_without_a_result_is_a_failure),
        workspace_test(what_cannot_be_kept_ends_the_chain),
        workspace_test(one_deadline_is_for_the_whole_chain),
        workspace_test(check_is_given_the_result_and_knows_when_not_to_ask),
        workspace_test(status_is_asked_from_1_1_on),
        workspace_test(gc_asks_all_and_tells_who_is_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
