/* The answers that are shared for a while, and calls on many threads. */
#include "dockerapi/container.h"
#include "test/unit/dockerapi/fake_engine.h"

static const int64_t HOUR_NS = 3600 * NS_PER_S;

static const char *name(json_t *document)
{
    return json_string_value(json_object_get(document, "Name"));
}

static const char *info(struct rig *rig, int64_t max_age_ns)
{
    json_t *document;
    assert_ok(rig, docker_info(rig->docker, &rig->scope, max_age_ns, &document, &rig->err));
    return name(document);
}

static void answers_are_shared(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("GET /v1.41/info", 200, "{\"Name\":\"one\"}"),
        STEP_ANSWER("GET /v1.41/version", 200, "{\"Name\":\"version\"}"),
        STEP_ANSWER("GET /v1.41/info", 200, "{\"Name\":\"two\"}"),
        STEP_ANSWER("GET /v1.41/info", 500, "{\"message\":\"busy\"}"),
    };
    struct rig rig;
    json_t *document;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_string_equal(info(&rig, HOUR_NS), "one");
    assert_string_equal(info(&rig, HOUR_NS), "one");
    assert_ok(&rig, docker_version(rig.docker, &rig.scope, HOUR_NS, &document, &rig.err));
    assert_string_equal(name(document), "version");
    assert_ok(&rig, docker_version(rig.docker, &rig.scope, HOUR_NS, &document, &rig.err));
    assert_string_equal(name(document), "version");
    assert_string_equal(info(&rig, 0), "two");
    assert_string_equal(info(&rig, HOUR_NS), "two");
    assert_fails(&rig, CODE_UNKNOWN, "docker: GET /info: busy",
                 docker_info(rig.docker, &rig.scope, 0, &document, &rig.err));
    assert_string_equal(info(&rig, HOUR_NS), "two");
    rig_end(&rig);
}

static void a_restart_makes_them_void(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("GET /v1.41/info", 200, "{\"Name\":\"one\"}"),
        STEP_ANSWER("GET /v1.41/info", 200, "{\"Name\":\"two\"}"),
        STEP_NOTHING("POST /v1.41/containers/c/start", FAKE_CLOSE),
        STEP_ANSWER("GET /v1.41/info", 200, "{\"Name\":\"three\"}"),
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_string_equal(info(&rig, HOUR_NS), "one");
    fake_restart(rig.fake, "1.41");
    assert_string_equal(info(&rig, HOUR_NS), "two");
    assert_fails(&rig, CODE_UNAVAILABLE, "",
                 docker_container_start(rig.docker, &rig.scope, "c", &rig.err));
    assert_string_equal(info(&rig, HOUR_NS), "three");
    rig_end(&rig);
}

static void what_was_given_out_stays(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("GET /v1.41/info", 200, "{\"Name\":\"one\"}"),
        STEP_ANSWER("GET /v1.41/info", 200, "{\"Name\":\"two\"}"),
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    const char *one = info(&rig, HOUR_NS);
    assert_string_equal(info(&rig, 0), "two");
    fake_restart(rig.fake, "1.41");
    docker_destroy(rig.docker);
    rig.docker = NULL;
    assert_string_equal(one, "one");
    rig_end(&rig);
}

enum { THREADS = 12, ROUNDS = 25 };

/* One thread's share of the calls. */
struct caller {
    struct rig *rig;
    pthread_t thread;
    int failures;
};

static void *call_often(void *argument)
{
    struct caller *caller = argument;
    struct rig *rig = caller->rig;
    for (int i = 0; i < ROUNDS; i++) {
        struct cancel cancel;
        struct err err = ERR_INIT;
        json_t *document;
        int version;
        cancel_init(&cancel, clock_mono_ns() + 60 * NS_PER_S);
        struct scope scope = {.arena = arena_create(), .cancel = &cancel};
        if (i % 5 == 4) {
            cancel_fire(&cancel);
            caller->failures += docker_info(rig->docker, &scope, 0, &document, &err);
        } else {
            caller->failures += !docker_info(rig->docker, &scope, i % 2 * HOUR_NS, &document, &err);
            caller->failures += !docker_api_version(rig->docker, &scope, &version, &err);
            caller->failures +=
                !docker_container_inspect(rig->docker, &scope, "c", &document, &err);
            caller->failures += strcmp(name(document), "all") != 0;
        }
        arena_destroy(scope.arena);
        cancel_done(&cancel);
    }
    return NULL;
}

static void many_threads_share_one_client(void **state)
{
    (void)state;
    struct rig rig;
    struct caller callers[THREADS];
    rig_begin(&rig, fake_start(NULL, 0), 0);
    rig.fake->answer_all = "{\"Name\":\"all\"}";
    for (size_t i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){.rig = &rig};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_often, &callers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(callers[i].thread, NULL);
        assert_int_equal(callers[i].failures, 0);
    }
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_shared),
        cmocka_unit_test(a_restart_makes_them_void),
        cmocka_unit_test(what_was_given_out_stays),
        cmocka_unit_test(many_threads_share_one_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
