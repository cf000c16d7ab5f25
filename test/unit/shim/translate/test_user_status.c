/* user_status: only what the configuration alone can tell. */
#include "test/unit/shim/translate/document.h"

#include "shim/translate/container_status.h"

static Cri__ContainerUser *translate(struct arena *arena, const char *user, const char *groups)
{
    return translate_configured_user(
        arena, document(arena, arena_printf(arena,
                                            "{'Config': {'User': '%s'}, 'HostConfig': {'GroupAdd': "
                                            "%s}}",
                                            user, groups)));
}

static void numbers_are_told(void **state)
{
    Cri__LinuxContainerUser *user = translate(*state, "1000:2000", "['3000', '2000']")->linux;
    assert_int_equal(user->uid, 1000);
    assert_int_equal(user->gid, 2000);
    assert_int_equal(user->n_supplemental_groups, 2); /* the group of its own comes first, once */
    assert_int_equal(user->supplemental_groups[0], 2000);
    assert_int_equal(user->supplemental_groups[1], 3000);
}

static void no_user_is_root(void **state)
{
    static const char *const roots[] = {"", "0", "0:0"};
    for (size_t i = 0; i < 3; i++) {
        Cri__LinuxContainerUser *user = translate(*state, roots[i], "null")->linux;
        assert_int_equal(user->uid, 0);
        assert_int_equal(user->gid, 0);
        assert_int_equal(user->n_supplemental_groups, 1);
        assert_int_equal(user->supplemental_groups[0], 0);
    }
}

static void what_the_image_knows_is_not_guessed(void **state)
{
    static const char *const users[] = {"www-data", "1000",  "1000:staff",           ":5",
                                        "-1:0",     "1000:", "9999999999999999999:0"};
    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
        if (translate(*state, users[i], "[]") != NULL)
            fail_msg("%s was guessed", users[i]);
    assert_null(translate(*state, "1:1", "['audio']"));
    assert_null(translate(*state, "1:1", "[7]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(numbers_are_told),
        arena_test(no_user_is_root),
        arena_test(what_the_image_knows_is_not_guessed),
    };
    return cmocka_run_group_tests_name("user_status", tests, NULL, NULL);
}
