/* container_image: one image under several tags and registries, and each container shows its own.
 */
#include "test/unit/shim/translate/document.h"

#include "shim/translate/container_image.h"

#define ID "sha256:2bb23302092455e1cb946fde1a9b498de1459aa25a0bab626534a24b7bf11f5b"
#define DIGEST "@sha256:18d1c858475543947f6609b349e5d8c6068edc73903e5b423c4170b6405911d7"

static const char image[] =
    "{'Id': '" ID "', 'RepoTags': ['app:1', 'gcr.io/team/app:1', 'quay.io/team/app:1', "
    "'quay.io/team/app:2'], 'RepoDigests': ['gcr.io/team/app" DIGEST "', 'quay.io/team/app" DIGEST
    "']}";

/* A container of that image; `label` NULL for one that the incumbent created. */
static json_t *container(struct arena *arena, const char *label, const char *config_image)
{
    const char *labels =
        label != NULL ? arena_printf(arena, "'io.dockershimd.image': '%s'", label) : "";
    return document(
        arena, arena_printf(arena, "{'Image': '%s', 'Config': {'Image': '%s', 'Labels': {%s}}}", ID,
                            config_image, labels));
}

static void a_container_shows_the_reference_that_was_asked_for(void **state)
{
    static const char *const names[] = {"app:1", "quay.io/team/app:2", "gcr.io/team/app:1",
                                        ("quay.io/team/app" DIGEST), "gone.io/app:3"};
    json_t *document_of_image = document(*state, image);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        json_t *doc = container(*state, names[i], ID);
        Cri__ImageSpec *spec = container_image_spec(*state, doc, document_of_image);
        assert_string_equal(spec->image, names[i]);
        assert_string_equal(spec->user_specified_image, names[i]);
        spec = container_image_spec(*state, doc, NULL);
        assert_string_equal(spec->image, names[i]);
    }
}

static void an_adopted_container_shows_a_tag_where_it_was_created_from_a_digest(void **state)
{
    static const struct {
        const char *config_image, *shown;
    } cases[] = {
        {"quay.io/team/app:2", "quay.io/team/app:2"},
        {"quay.io/team/app" DIGEST, "quay.io/team/app:1"},
        {"gone.io/app" DIGEST, "gone.io/app" DIGEST},
        {ID, "app:1"},
        {"app", "app"},
        {"No Reference", "No Reference"},
        {"", ""},
    };
    json_t *document_of_image = document(*state, image);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *doc = container(*state, NULL, cases[i].config_image);
        Cri__ImageSpec *spec = container_image_spec(*state, doc, document_of_image);
        assert_string_equal(spec->image, cases[i].shown);
        assert_string_equal(spec->user_specified_image, "");
    }
    Cri__ImageSpec *spec = container_image_spec(*state, container(*state, NULL, ID), NULL);
    assert_string_equal(spec->image, ID);
}

static void an_id_that_was_asked_for_shows_a_tag(void **state)
{
    json_t *doc = container(*state, ID, ID);
    Cri__ImageSpec *spec = container_image_spec(*state, doc, document(*state, image));
    assert_string_equal(spec->image, "app:1");
    assert_string_equal(spec->user_specified_image, "");
    assert_string_equal(container_image_spec(*state, doc, NULL)->image, ID);
}

static void the_digest_is_of_the_same_repository(void **state)
{
    static const struct {
        const char *label, *config_image, *expected;
    } cases[] = {
        {"quay.io/team/app:2", ID, "docker-pullable://quay.io/team/app" DIGEST},
        {"gcr.io/team/app:1", ID, "docker-pullable://gcr.io/team/app" DIGEST},
        {NULL, "quay.io/team/app:1", "docker-pullable://quay.io/team/app" DIGEST},
        {NULL, "quay.io/team/app" DIGEST, "docker-pullable://quay.io/team/app" DIGEST},
        /* Docker has no digest of a repository that was only tagged. */
        {"app:1", ID, "docker-pullable://gcr.io/team/app" DIGEST},
        {ID, ID, "docker-pullable://gcr.io/team/app" DIGEST},
        {NULL, ID, "docker-pullable://gcr.io/team/app" DIGEST},
    };
    json_t *document_of_image = document(*state, image);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *doc = container(*state, cases[i].label, cases[i].config_image);
        assert_string_equal(container_image_ref(*state, doc, document_of_image), cases[i].expected);
    }
}

static void docker_hub_is_one_repository_in_both_forms(void **state)
{
    json_t *hub = document(*state, "{'RepoDigests': ['quay.io/a" DIGEST "', 'nginx" DIGEST "']}");
    json_t *doc = container(*state, "docker.io/library/nginx:1", ID);
    assert_string_equal(container_image_ref(*state, doc, hub), "docker-pullable://nginx" DIGEST);
}

static void without_a_digest_the_id_stands(void **state)
{
    json_t *doc = container(*state, "app:1", ID);
    json_t *built = document(*state, "{'Id': '" ID "', 'RepoTags': ['app:1'], 'RepoDigests': []}");
    assert_string_equal(container_image_ref(*state, doc, built), "docker://" ID);
    assert_string_equal(container_image_ref(*state, doc, NULL), "docker://" ID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(a_container_shows_the_reference_that_was_asked_for),
        arena_test(an_adopted_container_shows_a_tag_where_it_was_created_from_a_digest),
        arena_test(an_id_that_was_asked_for_shows_a_tag),
        arena_test(the_digest_is_of_the_same_repository),
        arena_test(docker_hub_is_one_repository_in_both_forms),
        arena_test(without_a_digest_the_id_stands),
    };
    return cmocka_run_group_tests_name("container_image", tests, NULL, NULL);
}
