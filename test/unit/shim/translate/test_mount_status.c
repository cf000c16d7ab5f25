/* mount_status: the mounts that were asked for, from both of Docker's forms. */
#include "test/unit/shim/translate/document.h"

#include "shim/translate/mount_status.h"

#define RESOLV "/var/lib/dockershimd/resolv/0123456789abcdef0123456789abcdef"
#define IMAGE "sha256:2bb23302092455e1cb946fde1a9b498de1459aa25a0bab626534a24b7bf11f5b"

static Cri__Mount **translate(struct arena *arena, const char *text, size_t expected)
{
    Cri__Mount **mounts;
    size_t count;
    translate_mounts(arena, document(arena, text), &mounts, &count);
    assert_int_equal(count, expected);
    return mounts;
}

static void mounts_come_in_the_order_they_were_asked_for(void **state)
{
    Cri__Mount **mounts = translate(
        *state,
        "{'HostConfig': {'Mounts': [{'Type': 'bind', 'Source': '/a', 'Target': '/1'}, "
        "{'Type': 'bind', 'Source': '/b', 'Target': '/2/', 'ReadOnly': true}]}, 'Mounts': ["
        "{'Type': 'bind', 'Source': '/b', 'Destination': '/2', 'RW': false, 'Mode': ''}, "
        "{'Type': 'bind', 'Source': '/a', 'Destination': '/1', 'RW': true, 'Mode': ''}]}",
        2);
    assert_string_equal(mounts[0]->container_path, "/1");
    assert_string_equal(mounts[0]->host_path, "/a");
    assert_false(mounts[0]->readonly);
    assert_string_equal(mounts[1]->container_path, "/2/"); /* as it was asked for */
    assert_string_equal(mounts[1]->host_path, "/b");
    assert_true(mounts[1]->readonly);
    assert_false(mounts[1]->selinux_relabel || mounts[1]->recursive_read_only);
    assert_null(mounts[0]->image);
}

static void propagation_is_what_docker_made_of_it(void **state)
{
    static const struct {
        const char *text;
        Cri__MountPropagation expected;
    } cases[] = {
        {"rprivate", CRI__MOUNT_PROPAGATION__PROPAGATION_PRIVATE},
        {"private", CRI__MOUNT_PROPAGATION__PROPAGATION_PRIVATE},
        {"", CRI__MOUNT_PROPAGATION__PROPAGATION_PRIVATE},
        {"rslave", CRI__MOUNT_PROPAGATION__PROPAGATION_HOST_TO_CONTAINER},
        {"slave", CRI__MOUNT_PROPAGATION__PROPAGATION_HOST_TO_CONTAINER},
        {"rshared", CRI__MOUNT_PROPAGATION__PROPAGATION_BIDIRECTIONAL},
        {"shared", CRI__MOUNT_PROPAGATION__PROPAGATION_BIDIRECTIONAL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Cri__Mount **mounts = translate(
            *state,
            arena_printf(*state,
                         "{'HostConfig': {'Mounts': [{'Type': 'bind', 'Source': '/a', 'Target': "
                         "'/1'}]}, 'Mounts': [{'Destination': '/1', 'Propagation': '%s'}]}",
                         cases[i].text),
            1);
        assert_int_equal(mounts[0]->propagation, cases[i].expected);
    }
}

static void recursive_read_only_is_told_from_plain(void **state)
{
    Cri__Mount **mounts =
        translate(*state,
                  "{'HostConfig': {'Mounts': [{'Type': 'bind', 'Source': '/a', 'Target': '/1', "
                  "'ReadOnly': true, 'BindOptions': {'ReadOnlyForceRecursive': true}}, "
                  "{'Type': 'bind', 'Source': '/a', 'Target': '/2', 'ReadOnly': true, "
                  "'BindOptions': {'ReadOnlyNonRecursive': true}}]}}",
                  2);
    assert_true(mounts[0]->readonly && mounts[0]->recursive_read_only);
    assert_true(mounts[1]->readonly);
    assert_false(mounts[1]->recursive_read_only);
}

static void binds_of_older_incumbents_are_read(void **state)
{
    Cri__Mount **mounts = translate(
        *state,
        "{'HostConfig': {'Binds': ['/a:/1', '/b:/2:ro', '/c:/3:rslave,z', '/d:/4:Z,ro,rshared', "
        "'named:/vol', '/broken', '', 7]}, 'Mounts': ["
        "{'Type': 'bind', 'Destination': '/3', 'Mode': 'rslave,z', 'RW': true, "
        "'Propagation': 'rslave'}, {'Type': 'bind', 'Destination': '/4', 'Mode': 'Z,ro,rshared', "
        "'RW': false, 'Propagation': 'rshared'}, {'Type': 'volume', 'Destination': '/vol'}]}",
        4);
    assert_string_equal(mounts[0]->host_path, "/a");
    assert_string_equal(mounts[0]->container_path, "/1");
    assert_false(mounts[0]->readonly);
    assert_true(mounts[1]->readonly);
    assert_true(mounts[2]->selinux_relabel);
    assert_false(mounts[2]->readonly);
    assert_int_equal(mounts[2]->propagation, CRI__MOUNT_PROPAGATION__PROPAGATION_HOST_TO_CONTAINER);
    assert_true(mounts[3]->selinux_relabel && mounts[3]->readonly);
    assert_string_equal(mounts[3]->container_path, "/4");
    assert_int_equal(mounts[3]->propagation, CRI__MOUNT_PROPAGATION__PROPAGATION_BIDIRECTIONAL);
}

static void an_image_mount_has_no_host_path(void **state)
{
    Cri__Mount **mounts =
        translate(*state,
                  "{'HostConfig': {'Mounts': [{'Type': 'image', 'Source': '" IMAGE
                  "', 'Target': '/i'}, {'Type': 'image', 'Source': 'busybox', 'Target': '/j', "
                  "'ImageOptions': {'Subpath': 'bin'}}]}, 'Mounts': [{'Type': 'image', "
                  "'Destination': '/i', 'Source': '/var/lib/docker/x', 'RW': false}]}",
                  2);
    assert_string_equal(mounts[0]->host_path, "");
    assert_string_equal(mounts[0]->image->image, IMAGE);
    assert_string_equal(mounts[0]->image->image_ref, IMAGE);
    assert_string_equal(mounts[0]->image_sub_path, "");
    assert_true(mounts[0]->readonly && mounts[1]->readonly);
    assert_string_equal(mounts[1]->image->image, "busybox");
    assert_string_equal(mounts[1]->image->image_ref, ""); /* only an id is a digest */
    assert_string_equal(mounts[1]->image_sub_path, "bin");
}

static void what_was_not_asked_for_stays_out(void **state)
{
    (void)translate(
        *state,
        "{'HostConfig': {'Mounts': [{'Type': 'bind', 'Source': '" RESOLV
        "', 'Target': '/etc/resolv.conf', 'ReadOnly': true}, {'Type': 'volume', 'Target': '/v'}, "
        "{'Type': 'tmpfs', 'Target': '/t'}, 7]}, 'Mounts': [{'Type': 'volume', 'Destination': "
        "'/data', 'Name': 'anonymous', 'Source': '/var/lib/docker/volumes/anonymous'}]}",
        0);
    (void)translate(*state, "{'HostConfig': {'Mounts': null, 'Binds': null}}", 0);
    (void)translate(*state, "{}", 0);
}

/* Both forms that the sandbox and its containers have it in: the second one with SELinux. */
static void the_pods_resolv_conf_is_found_and_not_shown(void **state)
{
    static const char *const forms[] = {
        "{'HostConfig': {'Mounts': [{'Type': 'bind', 'Source': '" RESOLV
        "', 'Target': '/etc/resolv.conf'}]}, 'Mounts': [{'Source': '/a', 'Destination': '/b'}, "
        "{'Type': 'bind', 'Source': '" RESOLV "', 'Destination': '/etc/resolv.conf'}]}",
        "{'HostConfig': {'Binds': ['" RESOLV ":/etc/resolv.conf:z,ro']}, 'Mounts': ["
        "{'Type': 'bind', 'Source': '" RESOLV "', 'Destination': '/etc/resolv.conf'}]}",
    };
    for (size_t i = 0; i < 2; i++) {
        (void)translate(*state, forms[i], 0);
        assert_string_equal(mount_resolv_conf(document(*state, forms[i])), RESOLV);
    }
    assert_string_equal(mount_resolv_conf(NULL), "");
}

static void a_pods_own_file_over_resolv_conf_is_shown(void **state)
{
    static const char *const sources[] = {
        "/etc/resolv.conf",
        "/var/lib/kubelet/pods/x/volume-subpaths/conf/main/0",
        "/resolv/0123456789abcdef0123456789abcdeX",
        "/resolv/0123456789abcdef0123456789abcde",
        "/xresolv/0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef",
        "/0123456789abcdef0123456789abcdef",
    };
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        const char *text = arena_printf(*state,
                                        "{'HostConfig': {'Mounts': [{'Type': 'bind', 'Source': "
                                        "'%s', 'Target': '/etc/resolv.conf'}]}, 'Mounts': "
                                        "[{'Source': '%s', 'Destination': '/etc/resolv.conf'}]}",
                                        sources[i], sources[i]);
        (void)translate(*state, text, 1);
        assert_string_equal(mount_resolv_conf(document(*state, text)), "");
    }
}

static void a_shortened_image_id_is_told_in_full(void **state)
{
    Cri__Mount **mounts = translate(
        *state,
        "{'HostConfig': {'Mounts': [{'Type': 'image', 'Source': '" IMAGE "', 'Target': '/a'}, "
        "{'Type': 'image', 'Source': "
        "'2bb23302092455e1cb946fde1a9b498de1459aa25a0bab626534a24b7bf11f5', 'Target': '/b'}, "
        "{'Type': 'image', 'Source': "
        "'3bb23302092455e1cb946fde1a9b498de1459aa25a0bab626534a24b7bf11f5', 'Target': '/c'}]}}",
        3);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(mounts[i]->image->image, IMAGE);
        assert_string_equal(mounts[i]->image->image_ref, IMAGE);
    }
    assert_string_equal(mounts[2]->image->image_ref, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(mounts_come_in_the_order_they_were_asked_for),
        arena_test(propagation_is_what_docker_made_of_it),
        arena_test(recursive_read_only_is_told_from_plain),
        arena_test(binds_of_older_incumbents_are_read),
        arena_test(an_image_mount_has_no_host_path),
        arena_test(what_was_not_asked_for_stays_out),
        arena_test(the_pods_resolv_conf_is_found_and_not_shown),
        arena_test(a_pods_own_file_over_resolv_conf_is_shown),
        arena_test(a_shortened_image_id_is_told_in_full),
    };
    return cmocka_run_group_tests_name("mount_status", tests, NULL, NULL);
}
