/* Which version is spoken with which engine, also when it is exchanged for another one. */
#include "dockerapi/container.h"
#include "test/unit/dockerapi/fake_engine.h"

static bool ask_version(struct rig *rig, int *ret_version)
{
    return docker_api_version(rig->docker, &rig->scope, ret_version, &rig->err);
}

static bool inspect(struct rig *rig)
{
    json_t *document;
    return docker_container_inspect(rig->docker, &rig->scope, "c", &document, &rig->err);
}

static bool create(struct rig *rig)
{
    json_auto_t *body = json_object();
    json_t *document;
    return docker_container_create(rig->docker, &rig->scope, "n", body, &document, &rig->err);
}

static void the_lower_version_wins(void **state)
{
    (void)state;
    static const struct {
        const char *engine, *request;
        int version;
    } cases[] = {
        {"1.41", "GET /v1.41/containers/c/json", 141},
        {"1.47", "GET /v1.47/containers/c/json", 147},
        {"1.52", "GET /v1.52/containers/c/json", 152},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct fake_step steps[] = {STEP_ANSWER(cases[i].request, 200, "{}")};
        struct rig rig;
        int version;
        rig_begin(&rig, FAKE_START(steps), 0);
        rig.fake->api_version = cases[i].engine;
        assert_ok(&rig, ask_version(&rig, &version));
        assert_int_equal(version, cases[i].version);
        assert_ok(&rig, inspect(&rig));
        assert_int_equal(rig.fake->pings, 1);
        rig_end(&rig);
    }
}

/* An engine that is newer than we are is asked once for what it still takes. */
static void a_newer_engine_may_take_ours(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("GET /version ", 200, "{\"ApiVersion\":\"1.60\",\"MinAPIVersion\":\"1.44\"}"),
        STEP_ANSWER("GET /v1.52/containers/c/json", 200, "{}"),
        STEP_ANSWER("GET /version ", 200, "{}"), /* after a restart, which says nothing */
        STEP_ANSWER("GET /v1.52/containers/c/json", 200, "{}"),
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    rig.fake->api_version = "1.60";
    assert_ok(&rig, inspect(&rig));
    fake_restart(rig.fake, "1.60");
    assert_ok(&rig, inspect(&rig));
    rig_end(&rig);
}

static void no_common_version_is_said(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("GET /version ", 200, "{\"MinAPIVersion\":\"1.53\"}"),
        STEP_ANSWER("GET /version ", 200, "{\"MinAPIVersion\":\"1.53\"}"),
        STEP_ANSWER("GET /v1.41/containers/c/json", 200, "{}"),
    };
    struct rig rig;
    int version;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    rig.fake->api_version = "1.40";
    assert_fails(&rig, CODE_FAILED_PRECONDITION, "up to 1.40, dockershimd 1.41 and newer",
                 inspect(&rig));
    assert_fails(&rig, CODE_FAILED_PRECONDITION, "upgrade Docker", ask_version(&rig, &version));
    rig.fake->api_version = "1.70";
    assert_fails(&rig, CODE_FAILED_PRECONDITION,
                 "speaks API 1.53 and newer, dockershimd up to 1.52", inspect(&rig));
    assert_fails(&rig, CODE_FAILED_PRECONDITION, "upgrade dockershimd",
                 ask_version(&rig, &version));
    rig.fake->api_version = "1.41"; /* and then it goes on by itself */
    assert_ok(&rig, inspect(&rig));
    rig_end(&rig);
}

static void what_is_no_engine_is_said(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("GET /_ping ", 500, "{\"message\":\"no disk\"}"),
        STEP_ANSWER("GET /_ping ", 503, "starting"),
        STEP_ANSWER("GET /_ping ", 404, "{\"message\":\"page not found\"}"),
        STEP_RAW("GET /_ping ", "HTTP/1.1 200 X\r\nApi-Version: 1.x\r\nContent-Length: 0\r\n\r\n",
                 FAKE_KEEP),
        STEP_ANSWER("GET /_ping ", 200, "no header"),
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_fails(&rig, CODE_UNAVAILABLE, "docker: GET /containers/c/json: no disk", inspect(&rig));
    assert_fails(&rig, CODE_UNAVAILABLE, "503", inspect(&rig));
    assert_fails(&rig, CODE_UNAVAILABLE, "page not found", inspect(&rig));
    assert_fails(&rig, CODE_FAILED_PRECONDITION, "no Docker Engine", inspect(&rig));
    assert_fails(&rig, CODE_FAILED_PRECONDITION, "no Docker Engine", inspect(&rig));
    rig_end(&rig);
}

static void an_exchanged_engine_is_asked_again(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("GET /v1.41/containers/c/json", 200, "{}"),
        STEP_ANSWER("POST /v1.51/containers/create", 201, "{}"),
        STEP_ANSWER("GET /v1.51/containers/c/json", 200, "{}"),
        STEP_ANSWER("GET /v1.41/containers/c/json", 200, "{}"),
    };
    struct rig rig;
    int version;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_ok(&rig, inspect(&rig));
    fake_restart(rig.fake, "1.51");
    assert_ok(&rig, create(&rig));
    fake_restart(rig.fake, "1.51");
    assert_ok(&rig, inspect(&rig));
    fake_restart(rig.fake, "1.41");
    assert_ok(&rig, inspect(&rig));
    assert_ok(&rig, ask_version(&rig, &version));
    assert_int_equal(version, 141);
    /* The version is known to be out of date before anything else is asked. */
    fake_restart(rig.fake, "1.47");
    assert_ok(&rig, ask_version(&rig, &version));
    assert_int_equal(version, 147);
    rig_end(&rig);
}

/* A body that was made for a newer engine is not sent to an older one, which would ignore what it
 * does not know: a read-only mount, say. */
static void a_body_is_not_downgraded(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("POST /v1.51/containers/create", 201, "{}"),
        STEP_ANSWER("POST /v1.41/containers/create", 201, "{}"),
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    rig.fake->api_version = "1.51";
    assert_ok(&rig, create(&rig));
    fake_restart(rig.fake, "1.41");
    assert_fails(&rig, CODE_UNAVAILABLE, "went from 1.51 to 1.41", create(&rig));
    assert_ok(&rig, create(&rig));
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lower_version_wins),
        cmocka_unit_test(a_newer_engine_may_take_ours),
        cmocka_unit_test(no_common_version_is_said),
        cmocka_unit_test(what_is_no_engine_is_said),
        cmocka_unit_test(an_exchanged_engine_is_asked_again),
        cmocka_unit_test(a_body_is_not_downgraded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
