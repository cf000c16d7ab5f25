/* image: names, ids and users of images, and which reference means which image. */
#include "test/unit/shim/translate/document.h"

#include "shim/translate/image.h"

#define ID "2bb23302092455e1cb946fde1a9b498de1459aa25a0bab626534a24b7bf11f5b"
#define DIGEST "sha256:18d1c858475543947f6609b349e5d8c6068edc73903e5b423c4170b6405911d7"
#define OTHER "sha256:0000000000000000000000000000000000000000000000000000000000000000"

static const char shared[] = "{'Id': 'sha256:" ID "', 'RepoTags': ['busybox:latest', "
                             "'quay.io/team/app:1', 'quay.io/team/app:2'], 'RepoDigests': "
                             "['quay.io/team/app@" DIGEST "', 'gcr.io/copy@" DIGEST "'], "
                             "'Size': 3051127}";

static Cri__Image translate(struct arena *arena, const char *text)
{
    Cri__Image image;
    cri__image__init(&image);
    translate_image(arena, document(arena, text), &image);
    return image;
}

static void names_keep_dockers_form(void **state)
{
    Cri__Image image = translate(*state, shared);
    assert_string_equal(image.id, "sha256:" ID);
    assert_int_equal(image.n_repo_tags, 3);
    assert_string_equal(image.repo_tags[0], "busybox:latest");
    assert_int_equal(image.n_repo_digests, 2);
    assert_string_equal(image.repo_digests[1], "gcr.io/copy@" DIGEST);
    assert_int_equal(image.size, 3051127);
    assert_null(image.uid);
    assert_string_equal(image.username, "");
}

static void placeholders_are_no_names(void **state)
{
    static const char *const dangling[] = {
        "{'Id': 'x', 'RepoTags': ['<none>:<none>'], 'RepoDigests': ['<none>@<none>']}",
        "{'Id': 'x', 'RepoTags': [], 'RepoDigests': []}",
        "{'Id': 'x', 'RepoTags': null}",
        "{'Id': 'x', 'RepoTags': [null, 7], 'RepoDigests': 'x'}",
        "{'Id': 'x', 'RepoTags': ['r.io/a@" DIGEST "']}", /* containerd store of engine 28 */
    };
    for (size_t i = 0; i < sizeof(dangling) / sizeof(dangling[0]); i++) {
        Cri__Image image = translate(*state, dangling[i]);
        assert_string_equal(image.id, "x");
        assert_int_equal(image.n_repo_tags + image.n_repo_digests, 0);
        assert_null(image_names(*state, document(*state, dangling[i]))[0]);
    }
}

static void a_size_is_never_negative(void **state)
{
    assert_int_equal(translate(*state, "{'Size': -1}").size, 0);
}

static void a_user_is_a_number_or_a_name(void **state)
{
    static const struct {
        const char *user;
        int64_t uid; /* -1 for none */
        const char *username;
    } cases[] = {
        {"", -1, ""},
        {"0", 0, ""},
        {"1000", 1000, ""},
        {"1000:1000", 1000, ""},
        {"1000:staff", 1000, ""},
        {"www-data", -1, "www-data"},
        {"www-data:1000", -1, "www-data"},
        {":1000", -1, ""},
        {"1000x", -1, "1000x"},
        {"-5", -1, "-5"},
        {"99999999999999999999", -1, "99999999999999999999"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Cri__Image image =
            translate(*state, arena_printf(*state, "{'Config': {'User': '%s'}}", cases[i].user));
        assert_string_equal(image.username, cases[i].username);
        assert_int_equal(image.uid != NULL, cases[i].uid >= 0);
        if (image.uid != NULL)
            assert_int_equal(image.uid->value, cases[i].uid);
    }
}

static void a_reference_means_an_image_in_many_forms(void **state)
{
    static const char *const yes[] = {
        "busybox",
        "busybox:latest",
        "docker.io/library/busybox",
        "docker.io/library/busybox:latest",
        "library/busybox",
        "index.docker.io/busybox",
        "quay.io/team/app:1",
        "quay.io/team/app:2",
        "quay.io/team/app@" DIGEST,
        "quay.io/team/app:9@" DIGEST, /* a digest decides alone */
        "gcr.io/copy@" DIGEST,
        "sha256:" ID,
        ID,
        "2bb233020924",
        "sha256:2bb2",
    };
    static const char *const no[] = {
        "",
        "busybox:1",
        "quay.io/team/app",
        "quay.io/busybox",
        "team/app:1",
        "quay.io/team/app@" OTHER,
        "busybox@" DIGEST,
        "gcr.io/copy:latest",
        OTHER,
        "bb233020924",
        "sha256:",
        "sha256:bb2",
        "2BB233020924",
        "quay.io/team/app:",
        "://",
    };
    json_t *image = document(*state, shared);
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
        if (!image_matches(*state, image, yes[i]))
            fail_msg("%s does not match", yes[i]);
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        if (image_matches(*state, image, no[i]))
            fail_msg("%s matches", no[i]);
}

/* The list of engine 28's containerd store: one digest for an image with tags in two registries. */
static const char listed[] =
    "{'Id': '" DIGEST "', 'RepoTags': ['gcr.io/copy:1', "
    "'quay.io/team/app:1'], 'RepoDigests': ['quay.io/team/app@" DIGEST "']}";

static void an_id_that_is_a_digest_counts_in_every_repository(void **state)
{
    json_t *image = document(*state, listed);
    assert_true(image_matches(*state, image, "quay.io/team/app@" DIGEST));
    assert_true(image_matches(*state, image, "gcr.io/copy@" DIGEST));
    assert_false(image_matches(*state, image, "gcr.io/other@" DIGEST));
    assert_false(image_matches(*state, image, "gcr.io/copy@" OTHER));
}

static void inspect_completes_a_list_entry(void **state)
{
    Cri__Image image = translate(*state, listed);
    assert_int_equal(image.n_repo_digests, 1);
    translate_image_user(*state,
                         document(*state,
                                  "{'RepoDigests': ['gcr.io/copy@" DIGEST
                                  "', 'quay.io/team/app@" DIGEST "'], 'Config': {'User': '7'}}"),
                         &image);
    assert_int_equal(image.n_repo_digests, 2);
    assert_string_equal(image.repo_digests[0], "gcr.io/copy@" DIGEST);
    assert_int_equal(image.uid->value, 7);
    assert_int_equal(image.n_repo_tags, 2);
}

static bool pinned(struct arena *arena, const char *pattern)
{
    return image_pinned(arena, document(arena, shared), &pattern, 1);
}

static void patterns_pin_by_short_and_full_name(void **state)
{
    assert_true(pinned(*state, "busybox:latest"));
    assert_true(pinned(*state, "docker.io/library/busybox:*"));
    assert_true(pinned(*state, "docker.io/*"));
    assert_true(pinned(*state, "quay.io/*:2"));
    assert_true(pinned(*state, "gcr.io/copy@sha256:*"));
    assert_false(pinned(*state, "quay.io/team"));
    assert_false(pinned(*state, "busy"));
    assert_false(pinned(*state, ""));
    assert_false(image_pinned(*state, document(*state, shared), NULL, 0));
    const char *const several[] = {"nginx", "busybox:*"};
    assert_true(image_pinned(*state, document(*state, shared), several, 2));
}

static void removal_takes_tags_and_the_digests_that_no_tag_covers(void **state)
{
    const char **names = image_names(*state, document(*state, shared));
    static const char *const expected[] = {"busybox:latest", "quay.io/team/app:1",
                                           "quay.io/team/app:2", ("gcr.io/copy@" DIGEST)};
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(names[i], expected[i]);
    assert_null(names[4]);
    names = image_names(*state, document(*state, "{'RepoTags': ['docker.io/library/a:1'], "
                                                 "'RepoDigests': ['a@" DIGEST "']}"));
    assert_string_equal(names[0], "docker.io/library/a:1");
    assert_null(names[1]);
}

static void layers_count_once(void **state)
{
    assert_int_equal(image_layers_size(document(*state, "{'LayersSize': 42}")), 42);
    assert_int_equal(image_layers_size(document(*state, "{'ImageUsage': {'TotalSize': 43}}")), 43);
    assert_int_equal(image_layers_size(document(*state, "{'LayersSize': -1}")), 0);
    assert_int_equal(image_layers_size(NULL), 0);
}

static void the_verbose_text_is_an_image_configuration(void **state)
{
    json_t *inspect = document(
        *state, "{'Created': '2026-01-02T03:04:05Z', 'Architecture': 'arm64', 'Variant': 'v8', "
                "'Os': 'linux', 'Author': '', 'Config': {'User': 'u', 'Env': ['A=b'], 'Labels': "
                "{'k': 'v'}, 'Image': 'not in the specification', 'Volumes': null}, "
                "'RootFS': {'Type': 'layers', 'Layers': ['sha256:1']}}");
    json_t *history =
        document(*state, "[{'Created': 1767323045, 'CreatedBy': 'CMD', 'Comment': 'c', 'Size': 0},"
                         " {'Created': 0, 'CreatedBy': 'ADD', 'Comment': '', 'Size': 5}]");
    json_t *info =
        arena_json(*state, json_loads(translate_image_info(*state, inspect, history), 0, NULL));
    json_t *expected = document(
        *state,
        "{'labels': {'k': 'v'}, 'imageSpec': {'created': '2026-01-02T03:04:05Z', 'architecture': "
        "'arm64', 'variant': 'v8', 'os': 'linux', 'config': {'User': 'u', 'Env': ['A=b'], "
        "'Labels': {'k': 'v'}}, 'rootfs': {'type': 'layers', 'diff_ids': ['sha256:1']}, "
        "'history': [{'created': '1970-01-01T00:00:00Z', 'created_by': 'ADD'}, {'created': "
        "'2026-01-02T03:04:05Z', 'created_by': 'CMD', 'comment': 'c', 'empty_layer': true}]}}");
    assert_true(json_equal(info, expected));
    assert_non_null(translate_image_info(*state, NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(names_keep_dockers_form),
        arena_test(placeholders_are_no_names),
        arena_test(a_size_is_never_negative),
        arena_test(a_user_is_a_number_or_a_name),
        arena_test(a_reference_means_an_image_in_many_forms),
        arena_test(an_id_that_is_a_digest_counts_in_every_repository),
        arena_test(inspect_completes_a_list_entry),
        arena_test(patterns_pin_by_short_and_full_name),
        arena_test(removal_takes_tags_and_the_digests_that_no_tag_covers),
        arena_test(layers_count_once),
        arena_test(the_verbose_text_is_an_image_configuration),
    };
    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
