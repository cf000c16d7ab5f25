/* CNI configurations: what is made of a file, and what is said of one that is none. */
#include "test/unit/shim/network/workspace.h"

#include "shim/network/cni_config.h"

static json_t *parse(struct workspace *ws, const char *text, bool single)
{
    json_t *list;
    ws->err = (struct err)ERR_INIT;
    if (!cni_config_parse(text, strlen(text), single, &list, &ws->err))
        return NULL;
    (void)arena_json(ws->arena, list);
    return cni_config_complete(list, &ws->err) ? list : NULL;
}

static void assert_refused(struct workspace *ws, const char *text, bool single, const char *words)
{
    if (parse(ws, text, single) != NULL)
        fail_msg("%s is taken", text);
    assert_int_equal(ws->err.code, CODE_FAILED_PRECONDITION);
    if (strstr(ws->err.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", ws->err.text, words);
}

#define LIST(name) "{\"cniVersion\":\"1.0.0\",\"name\":\"" name "\",\"plugins\":[{\"type\":\"a\"}]}"

static void a_list_stays_as_it_is(void **state)
{
    const json_t *list = parse(*state,
                               "{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"x\":[1,{\"y\":null}],"
                               "\"plugins\":[{\"type\":\"a\",\"key\":1.5},{\"type\":\"b\"}]}",
                               false);
    json_auto_t *want =
        json_loads("{\"cniVersion\":\"0.3.1\",\"name\":\"n\",\"x\":[1,{\"y\":null}],"
                   "\"plugins\":[{\"type\":\"a\",\"key\":1.5},{\"type\":\"b\"}]}",
                   0, NULL);
    assert_true(json_equal(list, want));
}

static void a_single_plugin_is_wrapped_into_a_list(void **state)
{
    const json_t *list = parse(
        *state, "{\"cniVersion\":\"0.4.0\",\"name\":\"n\",\"type\":\"a\",\"mtu\":9000}", true);
    json_auto_t *want = json_loads("{\"cniVersion\":\"0.4.0\",\"name\":\"n\",\"plugins\":[{"
                                   "\"cniVersion\":\"0.4.0\",\"name\":\"n\",\"type\":\"a\","
                                   "\"mtu\":9000}]}",
                                   0, NULL);
    assert_true(json_equal(list, want));
}

static void the_newest_version_that_both_speak_is_chosen(void **state)
{
    struct workspace *ws = *state;
    static const struct {
        const char *versions, *want;
    } cases[] = {
        {"\"cniVersion\":\"1.0.0\"", "1.0.0"},
        {"\"cniVersion\":\"0.2.0\"", "0.2.0"},
        {"\"cniVersion\":\"\"", "0.1.0"},
        {"\"x\":1", "0.1.0"},
        {"\"cniVersions\":[\"0.3.1\",\"1.1.0\",\"1.0.0\"]", "1.1.0"},
        {"\"cniVersion\":\"1.0.0\",\"cniVersions\":[\"0.3.1\"]", "1.0.0"},
        {"\"cniVersion\":\"0.3.1\",\"cniVersions\":[\"0.4.0\",\"7.0.0\"]", "0.4.0"},
        {"\"cniVersion\":\"7.0.0\",\"cniVersions\":[\"0.4.0\"]", "0.4.0"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *text = arena_printf(
            ws->arena, "{%s,\"name\":\"n\",\"plugins\":[{\"type\":\"a\"}]}", cases[i].versions);
        assert_string_equal(cni_config_version(parse(ws, text, false)), cases[i].want);
    }
    assert_refused(ws, "{\"cniVersion\":\"7.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"a\"}]}",
                   false, "cniVersion \"7.0.0\"");
    assert_refused(ws, "{\"cniVersion\":1,\"name\":\"n\",\"plugins\":[{\"type\":\"a\"}]}", false,
                   "cniVersion");
}

static void versions_compare_by_number(void **state)
{
    const json_t *list = parse(
        *state, "{\"cniVersion\":\"0.4.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"a\"}]}", false);
    assert_true(cni_config_at_least(list, 0, 4));
    assert_true(cni_config_at_least(list, 0, 3));
    assert_false(cni_config_at_least(list, 1, 0));
    assert_false(cni_config_at_least(list, 0, 10));
}

static void errors_name_the_line_or_the_field(void **state)
{
    struct workspace *ws = *state;
    assert_refused(ws, "{\n\"name\": \"n\",\n\"plugins\": [}\n", false, "line 3");
    assert_refused(ws, "", false, "line 1");
    assert_refused(ws, "[]", false, "no JSON object");
    assert_refused(ws, "{\"plugins\":[{\"type\":\"a\"}]}", false, "name \"\"");
    assert_refused(ws, "{\"name\":\"../etc\",\"plugins\":[{\"type\":\"a\"}]}", false,
                   "name \"../etc\"");
    assert_refused(ws, "{\"name\":\"-n\",\"plugins\":[{\"type\":\"a\"}]}", false, "name \"-n\"");
    assert_refused(ws, "{\"name\":\"n\"}", false, "plugins");
    assert_refused(ws, "{\"name\":\"n\",\"plugins\":[]}", false, "plugins");
    assert_refused(ws, "{\"name\":\"n\",\"plugins\":{}}", false, "plugins is no list");
    assert_refused(ws, "{\"name\":\"n\",\"plugins\":[{\"type\":\"a\"},{}]}", false,
                   "plugins[1].type");
    assert_refused(ws, "{\"name\":\"n\",\"plugins\":[{\"type\":\"/bin/sh\"}]}", false,
                   "plugins[0].type \"/bin/sh\"");
    assert_refused(ws, "{\"name\":\"n\",\"plugins\":[7]}", false, "plugins[0].type");
    assert_refused(ws, LIST("n"), true, ".conflist");
    assert_refused(ws, "{\"name\":\"n\"}", true, "plugins[0].type");
}

static void capabilities_count_when_they_are_true(void **state)
{
    const json_t *list = parse(*state,
                               "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"disableGC\":\"True\","
                               "\"plugins\":[{\"type\":\"a\"},{\"type\":\"b\",\"capabilities\":"
                               "{\"portMappings\":true,\"bandwidth\":false}}]}",
                               false);
    assert_true(cni_config_wants(list, "portMappings"));
    assert_false(cni_config_wants(list, "bandwidth"));
    assert_false(cni_config_wants(list, "ipRanges"));
    assert_true(cni_config_flag(list, "disableGC"));
    assert_false(cni_config_flag(list, "disableCheck"));
}

static void plugins_of_other_files_are_appended(void **state)
{
    struct workspace *ws = *state;
    json_t *list;
    static const char text[] = "{\"cniVersion\":\"1.1.0\",\"name\":\"n\"}";
    assert_true(cni_config_parse(text, strlen(text), false, &list, &ws->err));
    (void)arena_json(ws->arena, list);
    assert_false(cni_config_complete(list, &ws->err));
    assert_true(cni_config_add_plugin(list, "{\"type\":\"a\"}", 12, &ws->err));
    assert_true(cni_config_add_plugin(list, "{\"type\":\"b\"}", 12, &ws->err));
    assert_true(cni_config_complete(list, &ws->err));
    json_auto_t *want = json_loads("[{\"type\":\"a\"},{\"type\":\"b\"}]", 0, NULL);
    assert_true(json_equal(json_object_get(list, "plugins"), want));
    assert_false(cni_config_add_plugin(list, "{}", 2, &ws->err));
    assert_non_null(strstr(ws->err.text, "plugins[2].type"));
    assert_false(cni_config_add_plugin(list, "{", 1, &ws->err));
    assert_non_null(strstr(ws->err.text, "line 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        workspace_test(a_list_stays_as_it_is),
        workspace_test(a_single_plugin_is_wrapped_into_a_list),
        workspace_test(the_newest_version_that_both_speak_is_chosen),
        workspace_test(versions_compare_by_number),
        workspace_test(errors_name_the_line_or_the_field),
        workspace_test(capabilities_count_when_they_are_true),
        workspace_test(plugins_of_other_files_are_appended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
