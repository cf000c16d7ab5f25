/* Pull and load: answers that are read while they come. */
#include "dockerapi/image.h"
#include "test/unit/dockerapi/fake_engine.h"

/* The statuses seen, one after the other. */
struct watcher {
    char text[128];
    int ticks, ticks_allowed;
    struct cancel *cancel_at_tick;
    bool refuse;
};

static bool on_progress(void *context, const json_t *message, struct err *err)
{
    struct watcher *watcher = context;
    const char *status = json_string_value(json_object_get(message, "status"));
    if (watcher->refuse)
        return err_set(err, CODE_ABORTED, "the reader has seen enough");
    append(watcher->text, status != NULL ? status : "?");
    return true;
}

static bool on_tick(void *context, struct err *err)
{
    struct watcher *watcher = context;
    if (++watcher->ticks <= watcher->ticks_allowed)
        return true;
    return err_set(err, CODE_DEADLINE_EXCEEDED, "no progress");
}

static bool pull_with(struct rig *rig, struct watcher *watcher, json_t *auth)
{
    const struct docker_pull pull = {
        .repository = "registry:5000/a/b",
        .tag = "sha256:12",
        .auth = auth,
        .progress = on_progress,
        .tick = on_tick,
        .context = watcher,
    };
    return docker_image_pull(rig->docker, &rig->scope, &pull, &rig->err);
}

#define PULL "POST /v1.41/images/create?fromImage=registry:5000%2Fa%2Fb&tag=sha256:12 HTTP/1.1\r\n"
#define LOAD "POST /v1.41/images/load?quiet=1 HTTP/1.1\r\n"
#define STREAM "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static void messages_arrive_one_by_one(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_RAW(PULL,
                 STREAM "c\r\n{\"status\":\"a\r\n"
                        "12\r\n\"}\r\n{\"status\":\"b\"}\r\n"
                        "10\r\n\n{\"error\":\"late\"\r\n"
                        "1\r\n}\r\n0\r\n\r\n",
                 FAKE_KEEP),
    };
    struct rig rig;
    struct watcher watcher = {0};
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_ok(&rig, pull_with(&rig, &watcher, NULL));
    assert_string_equal(watcher.text, "ab?");
    assert_null(strstr(rig.fake->request, "X-Registry-Auth"));
    rig_end(&rig);
}

static void credentials_go_into_a_header_and_nowhere_else(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER(PULL, 200, ""),
        STEP_ANSWER(PULL, 500, "{\"message\":\"unauthorized\"}"),
    };
    struct rig rig;
    struct watcher watcher = {0};
    json_auto_t *auth = json_pack("{s:s,s:s}", "username", "u?>", "password", "p");
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_ok(&rig, pull_with(&rig, &watcher, auth));
    assert_non_null(strstr(rig.fake->request, "\r\nX-Registry-Auth: "
                                              "eyJ1c2VybmFtZSI6InU_PiIsInBhc3N3b3JkIjoicCJ9\r\n"));
    assert_fails(&rig, CODE_UNKNOWN, "", pull_with(&rig, &watcher, auth));
    assert_string_equal(rig.err.text, "docker: POST /images/create: unauthorized");
    rig_end(&rig);
}

static void errors_before_the_stream_are_ordinary(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER(PULL, 404, "{\"message\":\"no such repository\"}"),
        STEP_ANSWER(PULL, 200, "{\"status\":\"ok\"}"),
    };
    struct rig rig;
    struct watcher watcher = {0};
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_fails(&rig, CODE_NOT_FOUND, "no such repository", pull_with(&rig, &watcher, NULL));
    assert_ok(&rig, pull_with(&rig, &watcher, NULL));
    assert_string_equal(watcher.text, "ok");
    rig_end(&rig);
}

static void a_pull_wants_one_tag(void **state)
{
    (void)state;
    struct rig rig;
    struct docker_pull pull = {.repository = "a", .tag = "", .progress = on_progress};
    rig_begin(&rig, fake_start(NULL, 0), 0);
    assert_fails(&rig, CODE_INVALID_ARGUMENT, "tag",
                 docker_image_pull(rig.docker, &rig.scope, &pull, &rig.err));
    rig_end(&rig);
}

static void the_reader_and_the_scope_end_it(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_RAW(PULL, STREAM "f\r\n{\"status\":\"a\"}\n\r\n", FAKE_HANG),
        STEP_RAW(PULL, STREAM "f\r\n{\"status\":\"a\"}\n\r\n", FAKE_HANG),
    };
    struct rig rig;
    struct watcher watcher = {.refuse = true};
    /* The request timeout does not count here. */
    rig_begin(&rig, FAKE_START(STEPS), 1);
    rig.fake->api_version = "1.41";
    struct docker_options options = {.endpoint = rig.fake->endpoint};
    docker_destroy(rig.docker);
    rig.docker = docker_create(&options, &rig.err);
    assert_fails(&rig, CODE_ABORTED, "the reader has seen enough", pull_with(&rig, &watcher, NULL));
    fake_wait_gone(rig.fake, 1);
    struct canceller canceller;
    watcher.refuse = false;
    watcher.ticks_allowed = 1000;
    canceller_begin(&canceller, &rig, 2);
    assert_fails(&rig, CODE_CANCELLED,
                 "docker: POST /images/create: ", pull_with(&rig, &watcher, NULL));
    canceller_end(&canceller);
    fake_wait_gone(rig.fake, 2);
    rig_end(&rig);
}

/* Takes two seconds: ticks come about once a second while nothing arrives. */
static void silence_ticks(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_RAW(PULL, STREAM "f\r\n{\"status\":\"a\"}\n\r\n", FAKE_HANG),
    };
    struct rig rig;
    struct watcher watcher = {.ticks_allowed = 1};
    rig_begin(&rig, FAKE_START(STEPS), 500 * NS_PER_MS);
    assert_fails(&rig, CODE_DEADLINE_EXCEEDED, "no progress", pull_with(&rig, &watcher, NULL));
    assert_int_equal(watcher.ticks, 2);
    assert_string_equal(watcher.text, "a");
    fake_wait_gone(rig.fake, 1);
    rig_end(&rig);
}

static void a_broken_stream_is_an_error(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_RAW(PULL, STREAM "f\r\n{\"status\":\"a\"}\n\r\n", FAKE_CLOSE),
        STEP_RAW(PULL, STREAM "6\r\nrubb\xff\n\r\n", FAKE_HANG),
        STEP_RAW(PULL, STREAM "9\r\n{\"status\"\r\n0\r\n\r\n", FAKE_KEEP),
        STEP_NOTHING(PULL, FAKE_CLOSE),
    };
    struct rig rig;
    struct watcher watcher = {0};
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_fails(&rig, CODE_UNAVAILABLE,
                 "docker: POST /images/create: ", pull_with(&rig, &watcher, NULL));
    assert_string_equal(watcher.text, "a");
    assert_fails(&rig, CODE_UNKNOWN, "not JSON", pull_with(&rig, &watcher, NULL));
    assert_fails(&rig, CODE_UNKNOWN, "docker: POST /images/create: the answer is not JSON",
                 pull_with(&rig, &watcher, NULL));
    assert_fails(&rig, CODE_UNAVAILABLE,
                 "docker: POST /images/create: ", pull_with(&rig, &watcher, NULL));
    rig_end(&rig);
}

static void a_load_sends_the_archive(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER(LOAD, 200, "{\"status\":\"loaded\"}\r\n"),
        STEP_ANSWER(LOAD, 400, "{\"message\":\"no archive\"}"),
    };
    struct rig rig;
    struct watcher watcher = {0};
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_ok(&rig, docker_image_load(rig.docker, &rig.scope, "tar\0bytes", 9, on_progress,
                                      &watcher, &rig.err));
    assert_string_equal(watcher.text, "loaded");
    assert_non_null(strstr(rig.fake->request, "\r\nContent-Type: application/x-tar\r\n"));
    const char *body = strstr(rig.fake->request, "\r\n\r\n") + 4;
    assert_string_equal(body, "tar"); /* up to its NUL */
    assert_non_null(strstr(rig.fake->request, "\r\nContent-Length: 9\r\n"));
    assert_fails(
        &rig, CODE_INVALID_ARGUMENT, "docker: POST /images/load: no archive",
        docker_image_load(rig.docker, &rig.scope, "x", 1, on_progress, &watcher, &rig.err));
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_arrive_one_by_one),
        cmocka_unit_test(credentials_go_into_a_header_and_nowhere_else),
        cmocka_unit_test(errors_before_the_stream_are_ordinary),
        cmocka_unit_test(a_pull_wants_one_tag),
        cmocka_unit_test(the_reader_and_the_scope_end_it),
        cmocka_unit_test(silence_ticks),
        cmocka_unit_test(a_broken_stream_is_an_error),
        cmocka_unit_test(a_load_sends_the_archive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
