/* pull_progress: what counts as progress, and when silence is normal. */
#include "test/unit/shim/translate/document.h"

#include <string.h>

#include "shim/base/clock.h"
#include "shim/translate/pull_progress.h"

/* A pull in a test: seconds instead of nanoseconds, a limit of a minute. */
struct pull {
    struct arena *arena;
    struct pull_progress progress;
};

static int setup(void **state)
{
    struct arena *arena = arena_create();
    struct pull *pull = arena_alloc(arena, sizeof(*pull));
    pull->arena = arena;
    pull_progress_init(&pull->progress, 0);
    *state = pull;
    return 0;
}

static int teardown(void **state)
{
    struct pull *pull = *state;
    pull_progress_done(&pull->progress);
    arena_destroy(pull->arena);
    return 0;
}

static void says(struct pull *pull, int second, const char *message)
{
    struct err err = ERR_INIT;
    if (!pull_progress_feed(&pull->progress, document(pull->arena, message), second * NS_PER_S,
                            &err))
        fail_msg("%s", err.text);
}

static bool goes_on(const struct pull *pull, int second)
{
    struct err err = ERR_INIT;
    return pull_progress_check(&pull->progress, second * NS_PER_S, 60 * NS_PER_S, &err);
}

#define LAYER(id, status) "{'id': '" id "', 'status': '" status "', 'progressDetail': {}}"
#define BYTES(id, status, current)                                                                 \
    "{'id': '" id "', 'status': '" status "', 'progressDetail': {'current': " current              \
    ", 'total': 100}}"

static void a_pull_that_never_says_anything_stalls(void **state)
{
    struct pull *pull = *state;
    assert_true(goes_on(pull, 59));
    struct err err = ERR_INIT;
    assert_false(pull_progress_check(&pull->progress, 61 * NS_PER_S, 60 * NS_PER_S, &err));
    assert_int_equal(err.code, CODE_DEADLINE_EXCEEDED);
    assert_string_equal(err.text, "no progress for 61 s; the last was: nothing");
}

static void bytes_that_move_are_progress(void **state)
{
    struct pull *pull = *state;
    says(pull, 0, LAYER("a", "Pulling fs layer"));
    says(pull, 50, BYTES("a", "Downloading", "10"));
    says(pull, 100, BYTES("a", "Downloading", "11"));
    assert_true(goes_on(pull, 159));
    assert_false(goes_on(pull, 160));
}

static void a_message_that_says_the_same_is_no_progress(void **state)
{
    struct pull *pull = *state;
    for (int second = 0; second <= 60; second++)
        says(pull, second, BYTES("a", "Downloading", "10"));
    struct err err = ERR_INIT;
    assert_false(pull_progress_check(&pull->progress, 60 * NS_PER_S, 60 * NS_PER_S, &err));
    assert_string_equal(err.text,
                        "no progress for 60 s; the last was: a: Downloading 10 of 100 bytes");
}

static void unpacking_may_be_silent(void **state)
{
    struct pull *pull = *state;
    says(pull, 1, LAYER("a", "Verifying Checksum"));
    assert_true(goes_on(pull, 1000));
    says(pull, 1000, BYTES("a", "Extracting", "5"));
    assert_true(goes_on(pull, 9000));
    says(pull, 9000, LAYER("a", "Pull complete"));
    assert_true(goes_on(pull, 9059));
    assert_false(goes_on(pull, 9060));
}

static void unpacking_excuses_a_download_only_while_it_lasts(void **state)
{
    struct pull *pull = *state;
    says(pull, 0, BYTES("a", "Extracting", "5"));
    says(pull, 0, BYTES("b", "Downloading", "5"));
    assert_true(goes_on(pull, 500));
    says(pull, 500, LAYER("a", "Pull complete"));
    assert_false(goes_on(pull, 560));
}

static void a_layer_that_waits_to_be_unpacked_does_not_excuse_a_stalled_download(void **state)
{
    struct pull *pull = *state;
    says(pull, 0, BYTES("a", "Downloading", "5"));
    says(pull, 0, LAYER("b", "Download complete"));
    assert_false(goes_on(pull, 60));
}

static void when_all_is_downloaded_the_rest_is_unpacking(void **state)
{
    struct pull *pull = *state; /* a containerd store that says nothing while it unpacks */
    says(pull, 0, LAYER("a", "Pulling fs layer"));
    says(pull, 0, LAYER("b", "Already exists"));
    says(pull, 1, LAYER("a", "Download complete"));
    assert_true(goes_on(pull, 5000));
    says(pull, 5000, LAYER("a", "Pull complete"));
    assert_false(goes_on(pull, 5060));
}

static void words_about_the_whole_image_are_progress(void **state)
{
    struct pull *pull = *state;
    says(pull, 30, "{'status': 'Pulling from library/busybox', 'id': 'latest'}");
    assert_true(goes_on(pull, 89));
    assert_int_equal(json_object_size(pull->progress.layers), 0); /* the id is a tag */
    says(pull, 80, "{'status': 'Digest: sha256:abc'}");
    assert_true(goes_on(pull, 139));
    assert_string_equal(pull->progress.text, "Digest: sha256:abc");
    says(pull, 130, "{'stream': 'Loaded image: x'}"); /* of a load; says nothing of a pull */
    assert_false(goes_on(pull, 140));
}

static void a_retry_is_progress(void **state)
{
    struct pull *pull = *state;
    says(pull, 0, BYTES("a", "Downloading", "5"));
    says(pull, 59, LAYER("a", "Retrying in 5 seconds"));
    assert_true(goes_on(pull, 100));
}

static void without_a_limit_nothing_stalls(void **state)
{
    struct pull *pull = *state;
    struct err err = ERR_INIT;
    assert_true(pull_progress_check(&pull->progress, INT64_MAX, 0, &err));
}

static void an_error_ends_the_pull(void **state)
{
    struct pull *pull = *state;
    struct err err = ERR_INIT;
    json_t *message = document(pull->arena, "{'errorDetail': {'message': 'unauthorized: x'}}");
    assert_false(pull_progress_feed(&pull->progress, message, 0, &err));
    assert_int_equal(err.code, CODE_UNAUTHENTICATED);
}

static void the_number_of_layers_is_bounded(void **state)
{
    struct pull *pull = *state;
    for (int i = 0; i < 5000; i++)
        says(pull, 0, arena_printf(pull->arena, "{'id': 'l%d', 'status': 'Pulling fs layer'}", i));
    assert_int_equal(json_object_size(pull->progress.layers), 1024);
}

static void a_long_text_is_cut_at_a_character(void **state)
{
    struct pull *pull = *state;
    char message[1024] = "{'status': '";
    for (int i = 0; i < 200; i++)
        (void)strcat(message, "\xc3\xa9");
    (void)strcat(message, "'}");
    says(pull, 0, message);
    assert_int_equal(strlen(pull->progress.text), 254);
}

#define pull_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        pull_test(a_pull_that_never_says_anything_stalls),
        pull_test(bytes_that_move_are_progress),
        pull_test(a_message_that_says_the_same_is_no_progress),
        pull_test(unpacking_may_be_silent),
        pull_test(unpacking_excuses_a_download_only_while_it_lasts),
        pull_test(a_layer_that_waits_to_be_unpacked_does_not_excuse_a_stalled_download),
        pull_test(when_all_is_downloaded_the_rest_is_unpacking),
        pull_test(words_about_the_whole_image_are_progress),
        pull_test(a_retry_is_progress),
        pull_test(without_a_limit_nothing_stalls),
        pull_test(an_error_ends_the_pull),
        pull_test(the_number_of_layers_is_bounded),
        pull_test(a_long_text_is_cut_at_a_character),
    };
    return cmocka_run_group_tests_name("pull_progress", tests, NULL, NULL);
}
