/* The configuration in force follows its directory. */
#include "test/unit/shim/network/workspace.h"

#include <pthread.h>

#include "shim/network/cni_config.h"
#include "shim/network/config_watch.h"

#define LIST(name) "{\"cniVersion\":\"1.0.0\",\"name\":\"" name "\",\"plugins\":[{\"type\":\"a\"}]}"

static struct config_watch *watch_conf(struct workspace *ws)
{
    ws_plugin(ws, "a");
    return config_watch_create(ws_path(ws, "etc/conf"), ws_path(ws, "bin"));
}

/* NULL if there is none. */
static json_t *get(struct workspace *ws, struct config_watch *watch)
{
    json_t *list;
    ws->err = (struct err)ERR_INIT;
    return config_watch_get(watch, ws->arena, &list, &ws->err) ? list : NULL;
}

static const char *name_in_force(struct workspace *ws, struct config_watch *watch)
{
    const json_t *list = get(ws, watch);
    return list != NULL ? cni_config_name(list) : "";
}

static void files_come_change_and_go(void **state)
{
    struct workspace *ws = *state;
    struct config_watch *watch = watch_conf(ws);
    ws_mkdir(ws, "etc/conf");
    assert_string_equal(name_in_force(ws, watch), "");
    assert_non_null(strstr(ws->err.text, "no CNI configuration in"));
    ws_write(ws, "etc/conf/20.conflist", LIST("twenty"));
    assert_string_equal(name_in_force(ws, watch), "twenty");
    ws_write(ws, "etc/conf/10.conflist", LIST("ten"));
    assert_string_equal(name_in_force(ws, watch), "ten");
    ws_write(ws, "etc/conf/10.conflist", LIST("changed"));
    assert_string_equal(name_in_force(ws, watch), "changed");
    ws_write(ws, "etc/conf/new", LIST("renamed"));
    assert_string_equal(name_in_force(ws, watch), "changed");
    assert_int_equal(rename(ws_path(ws, "etc/conf/new"), ws_path(ws, "etc/conf/10.conflist")), 0);
    assert_string_equal(name_in_force(ws, watch), "renamed");
    assert_int_equal(unlink(ws_path(ws, "etc/conf/10.conflist")), 0);
    assert_string_equal(name_in_force(ws, watch), "twenty");
    assert_int_equal(unlink(ws_path(ws, "etc/conf/20.conflist")), 0);
    assert_string_equal(name_in_force(ws, watch), "");
    config_watch_destroy(watch);
}

static void the_directory_comes_late_goes_and_comes_again(void **state)
{
    struct workspace *ws = *state;
    struct config_watch *watch = watch_conf(ws);
    assert_string_equal(name_in_force(ws, watch), "");
    assert_non_null(strstr(ws->err.text, ws_path(ws, "etc/conf")));
    for (int i = 0; i < 2; i++) {
        ws_mkdir(ws, "etc/conf");
        ws_write(ws, "etc/conf/10.conflist", LIST("ten"));
        assert_string_equal(name_in_force(ws, watch), "ten");
        assert_int_equal(unlink(ws_path(ws, "etc/conf/10.conflist")), 0);
        assert_int_equal(rmdir(ws_path(ws, "etc/conf")), 0);
        assert_string_equal(name_in_force(ws, watch), "");
    }
    config_watch_destroy(watch);
}

static void another_directory_in_its_place_counts(void **state)
{
    struct workspace *ws = *state;
    struct config_watch *watch = watch_conf(ws);
    ws_mkdir(ws, "etc/conf");
    ws_write(ws, "etc/conf/10.conflist", LIST("old"));
    assert_string_equal(name_in_force(ws, watch), "old");
    /* A parent is renamed: the directory that is watched does not notice. */
    assert_int_equal(rename(ws_path(ws, "etc"), ws_path(ws, "etc.old")), 0);
    assert_string_equal(name_in_force(ws, watch), "");
    ws_mkdir(ws, "etc/conf");
    ws_write(ws, "etc/conf/10.conflist", LIST("new"));
    assert_string_equal(name_in_force(ws, watch), "new");
    ws_write(ws, "etc.old/conf/10.conflist", LIST("older"));
    assert_string_equal(name_in_force(ws, watch), "new");
    ws_write(ws, "etc/conf/10.conflist", LIST("newer"));
    assert_string_equal(name_in_force(ws, watch), "newer");
    config_watch_destroy(watch);
}

static void a_link_that_turns_is_followed(void **state)
{
    struct workspace *ws = *state;
    struct config_watch *watch = watch_conf(ws);
    ws_mkdir(ws, "etc");
    ws_mkdir(ws, "one");
    ws_mkdir(ws, "two");
    ws_write(ws, "one/10.conflist", LIST("one"));
    ws_write(ws, "two/10.conflist", LIST("two"));
    assert_int_equal(symlink("../one", ws_path(ws, "etc/conf")), 0);
    assert_string_equal(name_in_force(ws, watch), "one");
    assert_int_equal(symlink("../two", ws_path(ws, "etc/next")), 0);
    assert_int_equal(rename(ws_path(ws, "etc/next"), ws_path(ws, "etc/conf")), 0);
    assert_string_equal(name_in_force(ws, watch), "two");
    config_watch_destroy(watch);
}

static void a_missing_plugin_that_is_installed_later_counts(void **state)
{
    struct workspace *ws = *state;
    struct config_watch *watch = watch_conf(ws);
    ws_mkdir(ws, "etc/conf");
    ws_write(ws, "etc/conf/10.conflist",
             "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":\"late\"}]}");
    assert_string_equal(name_in_force(ws, watch), "");
    assert_non_null(strstr(ws->err.text, "no CNI plugin late"));
    ws_plugin(ws, "late");
    assert_string_equal(name_in_force(ws, watch), "n");
    config_watch_destroy(watch);
}

static void plugins_beside_the_list_are_watched_too(void **state)
{
    struct workspace *ws = *state;
    struct config_watch *watch = watch_conf(ws);
    ws_mkdir(ws, "etc/conf");
    ws_write(ws, "etc/conf/10.conflist", LIST("n"));
    assert_int_equal(json_array_size(json_object_get(get(ws, watch), "plugins")), 1);
    ws_mkdir(ws, "etc/conf/n");
    assert_int_equal(json_array_size(json_object_get(get(ws, watch), "plugins")), 1);
    ws_write(ws, "etc/conf/n/10.conf", "{\"type\":\"a\"}");
    assert_int_equal(json_array_size(json_object_get(get(ws, watch), "plugins")), 2);
    ws_write(ws, "etc/conf/n/20.conf", "{\"type\":\"a\"}");
    assert_int_equal(json_array_size(json_object_get(get(ws, watch), "plugins")), 3);
    assert_int_equal(unlink(ws_path(ws, "etc/conf/n/10.conf")), 0);
    assert_int_equal(json_array_size(json_object_get(get(ws, watch), "plugins")), 2);
    config_watch_destroy(watch);
}

static void the_document_stays_the_same_until_it_changes(void **state)
{
    struct workspace *ws = *state;
    struct config_watch *watch = watch_conf(ws);
    ws_mkdir(ws, "etc/conf");
    ws_write(ws, "etc/conf/10.conflist", LIST("n"));
    const json_t *first = get(ws, watch);
    assert_non_null(first);
    assert_ptr_equal(get(ws, watch), first);
    ws_write(ws, "etc/conf/10.conflist", LIST("n")); /* nothing new in it */
    assert_ptr_equal(get(ws, watch), first);
    ws_write(ws, "etc/conf/10.conflist", LIST("m"));
    assert_ptr_not_equal(get(ws, watch), first);
    config_watch_destroy(watch);
}

struct asking {
    struct config_watch *watch;
    int answers;
};

static void *ask_many_times(void *argument)
{
    struct asking *asking = argument;
    struct arena *arena = arena_create();
    for (int i = 0; i < 200; i++) {
        json_t *list;
        struct err err = ERR_INIT;
        asking->answers += config_watch_get(asking->watch, arena, &list, &err);
    }
    arena_destroy(arena);
    return NULL;
}

static void many_may_ask_while_it_changes(void **state)
{
    struct workspace *ws = *state;
    struct config_watch *watch = watch_conf(ws);
    struct asking asking[4];
    pthread_t threads[4];
    ws_mkdir(ws, "etc/conf");
    ws_write(ws, "etc/conf/10.conflist", LIST("first"));
    for (int i = 0; i < 4; i++) {
        asking[i] = (struct asking){.watch = watch};
        assert_int_equal(pthread_create(&threads[i], NULL, ask_many_times, &asking[i]), 0);
    }
    for (int i = 0; i < 50; i++) {
        ws_write(ws, "etc/conf/new", i % 2 == 0 ? LIST("even") : LIST("odd"));
        assert_int_equal(rename(ws_path(ws, "etc/conf/new"), ws_path(ws, "etc/conf/10.conflist")),
                         0);
    }
    for (int i = 0; i < 4; i++) {
        (void)pthread_join(threads[i], NULL);
        assert_int_equal(asking[i].answers, 200);
    }
    assert_string_equal(name_in_force(ws, watch), "odd");
    config_watch_destroy(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        workspace_test(files_come_change_and_go),
        workspace_test(the_directory_comes_late_goes_and_comes_again),
        workspace_test(another_directory_in_its_place_counts),
        workspace_test(a_link_that_turns_is_followed),
        workspace_test(a_missing_plugin_that_is_installed_later_counts),
        workspace_test(plugins_beside_the_list_are_watched_too),
        workspace_test(the_document_stays_the_same_until_it_changes),
        workspace_test(many_may_ask_while_it_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
