/* Which file of the configuration directory counts, and which plugin binary. */
#include "test/unit/shim/network/workspace.h"

#include "shim/network/cni_config.h"
#include "shim/network/cni_plugin.h"
#include "shim/network/config_directory.h"

#define LIST(name) "{\"cniVersion\":\"1.0.0\",\"name\":\"" name "\",\"plugins\":[{\"type\":\"a\"}]}"

/* The name of the network that is in force, or "". */
static const char *load(struct workspace *ws)
{
    json_t *list;
    ws->err = (struct err)ERR_INIT;
    if (!config_directory_load(ws_path(ws, "conf"), ws_path(ws, "bin"), &list, &ws->err))
        return "";
    return cni_config_name(arena_json(ws->arena, list));
}

static void the_first_valid_file_by_name_counts(void **state)
{
    struct workspace *ws = *state;
    ws_mkdir(ws, "conf");
    ws_plugin(ws, "a");
    ws_write(ws, "conf/20-x.conf", "{\"cniVersion\":\"1.0.0\",\"name\":\"twenty\",\"type\":\"a\"}");
    assert_string_equal(load(ws), "twenty");
    ws_write(ws, "conf/10-x.conflist", LIST("ten"));
    assert_string_equal(load(ws), "ten");
    ws_write(ws, "conf/05-x.json", "{\"cniVersion\":\"1.0.0\",\"name\":\"five\",\"type\":\"a\"}");
    assert_string_equal(load(ws), "five");
    ws_write(ws, "conf/00-x.txt", LIST("other"));
    ws_write(ws, "conf/00-y.conflist.bak", LIST("other"));
    ws_mkdir(ws, "conf/00-z.conf");
    assert_string_equal(load(ws), "five");
    /* By bytes: capital letters before small ones. */
    ws_write(ws, "conf/05-X.conflist", LIST("capital"));
    assert_string_equal(load(ws), "capital");
}

static void files_that_are_not_valid_are_passed_over(void **state)
{
    struct workspace *ws = *state;
    ws_mkdir(ws, "conf");
    ws_plugin(ws, "a");
    ws_write(ws, "conf/10-broken.conflist", "{\n\"name\": x\n}");
    ws_write(ws, "conf/20-no-binary.conflist",
             "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"missing\"}]}");
    ws_write(ws, "conf/30-good.conflist", LIST("good"));
    assert_string_equal(load(ws), "good");
    assert_int_equal(unlink(ws_path(ws, "conf/30-good.conflist")), 0);
    assert_string_equal(load(ws), "");
    /* The first file, with the line, is the one to mend. */
    assert_int_equal(ws->err.code, CODE_FAILED_PRECONDITION);
    assert_non_null(strstr(ws->err.text, ws_path(ws, "conf/10-broken.conflist")));
    assert_non_null(strstr(ws->err.text, "line 2"));
    assert_int_equal(unlink(ws_path(ws, "conf/10-broken.conflist")), 0);
    assert_string_equal(load(ws), "");
    assert_non_null(strstr(ws->err.text, "20-no-binary.conflist"));
    assert_non_null(strstr(ws->err.text, "no CNI plugin missing in"));
}

static void nothing_to_load_names_the_directory(void **state)
{
    struct workspace *ws = *state;
    assert_string_equal(load(ws), "");
    assert_int_equal(ws->err.code, CODE_FAILED_PRECONDITION);
    assert_non_null(strstr(ws->err.text, ws_path(ws, "conf")));
    assert_non_null(strstr(ws->err.text, "No such file or directory"));
    ws_mkdir(ws, "conf");
    assert_string_equal(load(ws), "");
    assert_int_equal(ws->err.code, CODE_FAILED_PRECONDITION);
    assert_string_equal(ws->err.text,
                        arena_printf(ws->arena, "no CNI configuration in %s", ws_path(ws, "conf")));
}

/* The types of the plugins of the list in force, joined by commas. */
static const char *types(struct workspace *ws)
{
    json_t *list;
    const char *joined = "";
    if (!config_directory_load(ws_path(ws, "conf"), ws_path(ws, "bin"), &list, &ws->err))
        return ws->err.text;
    const json_t *plugins = json_object_get(arena_json(ws->arena, list), "plugins");
    for (size_t i = 0; i < json_array_size(plugins); i++)
        joined =
            arena_printf(ws->arena, "%s%s%s", joined, i > 0 ? "," : "",
                         json_string_value(json_object_get(json_array_get(plugins, i), "type")));
    return joined;
}

static void plugins_may_stand_in_a_folder_beside_the_list(void **state)
{
    struct workspace *ws = *state;
    ws_mkdir(ws, "conf/net");
    ws_plugin(ws, "a");
    ws_plugin(ws, "b");
    ws_plugin(ws, "c");
    ws_write(ws, "conf/10-net.conflist", LIST("net"));
    ws_write(ws, "conf/net/20-b.conf", "{\"type\":\"b\"}");
    ws_write(ws, "conf/net/10-c.conf", "{\"type\":\"c\"}");
    ws_write(ws, "conf/net/30-d.json", "{\"type\":\"b\"}");
    assert_string_equal(types(ws), "a,c,b");
    ws_write(ws, "conf/10-net.conflist", "{\"cniVersion\":\"1.1.0\",\"name\":\"net\"}");
    assert_string_equal(types(ws), "c,b");
    ws_write(ws, "conf/10-net.conflist",
             "{\"cniVersion\":\"1.1.0\",\"name\":\"net\",\"loadOnlyInlinedPlugins\":true,"
             "\"plugins\":[{\"type\":\"a\"}]}");
    assert_string_equal(types(ws), "a");
    ws_write(ws, "conf/10-net.conflist", LIST("net"));
    ws_write(ws, "conf/net/20-b.conf", "{\"type\":\n");
    assert_non_null(strstr(types(ws), "conf/net/20-b.conf: line"));
}

static void plugins_are_found_in_the_first_directory_that_has_them(void **state)
{
    struct workspace *ws = *state;
    ws_plugin(ws, "a");
    ws_mkdir(ws, "first");
    ws_mkdir(ws, "first/b");
    const char *both = arena_printf(ws->arena, "%s,%s", ws_path(ws, "first"), ws_path(ws, "bin"));
    assert_string_equal(cni_plugin_find(ws->arena, both, "a"), ws_path(ws, "bin/a"));
    ws_write(ws, "first/a", "#!/bin/sh\n");
    assert_string_equal(cni_plugin_find(ws->arena, both, "a"), ws_path(ws, "bin/a"));
    assert_int_equal(chmod(ws_path(ws, "first/a"), 0755), 0);
    assert_string_equal(cni_plugin_find(ws->arena, both, "a"), ws_path(ws, "first/a"));
    const char *colons =
        arena_printf(ws->arena, ":%s::%s", ws_path(ws, "none"), ws_path(ws, "bin"));
    assert_string_equal(cni_plugin_find(ws->arena, colons, "a"), ws_path(ws, "bin/a"));
    assert_null(cni_plugin_find(ws->arena, both, "b")); /* a directory */
    assert_null(cni_plugin_find(ws->arena, "", "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        workspace_test(the_first_valid_file_by_name_counts),
        workspace_test(files_that_are_not_valid_are_passed_over),
        workspace_test(nothing_to_load_names_the_directory),
        workspace_test(plugins_may_stand_in_a_folder_beside_the_list),
        workspace_test(plugins_are_found_in_the_first_directory_that_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
