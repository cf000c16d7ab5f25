/* Everything that can go wrong between a request and its answer. */
#include "dockerapi/container.h"
#include "test/unit/dockerapi/fake_engine.h"

static bool inspect(struct rig *rig)
{
    json_t *document;
    return docker_container_inspect(rig->docker, &rig->scope, "c", &document, &rig->err);
}

static bool start(struct rig *rig)
{
    return docker_container_start(rig->docker, &rig->scope, "c", &rig->err);
}

#define INSPECT "GET /v1.41/containers/c/json"
#define START "POST /v1.41/containers/c/start"
#define GOOD STEP_ANSWER(INSPECT, 200, "{}")
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

static void nobody_is_there(void **state)
{
    (void)state;
    struct rig rig;
    rig_begin(&rig, fake_start(NULL, 0), 0);
    char gone[128];
    (void)snprintf(gone, sizeof(gone), "%s.gone", rig.fake->path);
    (void)rename(rig.fake->path, gone);
    assert_fails(&rig, CODE_UNAVAILABLE, "No such file or directory", inspect(&rig));
    assert_non_null(
        strstr(rig.err.text, "docker: GET /containers/c/json: cannot connect to unix:"));
    (void)rename(gone, rig.fake->path);
    (void)shutdown(rig.fake->listener, SHUT_RDWR); /* the path is there, but nobody listens */
    assert_fails(&rig, CODE_UNAVAILABLE, "Connection refused", start(&rig));
    rig_end(&rig);
}

static void a_connection_lost_before_the_answer(void **state)
{
    (void)state;
    static const enum fake_then ENDS[] = {FAKE_RESET, FAKE_CLOSE};
    for (size_t i = 0; i < 2; i++) {
        const struct fake_step steps[] = {
            /* Asking again does no harm, but once is enough. */
            STEP_NOTHING(INSPECT, ENDS[i]),
            GOOD,
            STEP_NOTHING(INSPECT, ENDS[i]),
            STEP_NOTHING(INSPECT, ENDS[i]),
            /* What may have been carried out is not repeated. */
            STEP_NOTHING(START, ENDS[i]),
            STEP_NOTHING("DELETE /v1.41/containers/c", ENDS[i]),
            GOOD,
        };
        struct rig rig;
        rig_begin(&rig, FAKE_START(steps), 0);
        assert_ok(&rig, inspect(&rig));
        assert_int_equal(rig.fake->connection_count, 2);
        assert_int_equal(rig.fake->pings, 2);
        assert_fails(&rig, CODE_UNAVAILABLE, "docker: GET /containers/c/json: ", inspect(&rig));
        assert_fails(&rig, CODE_UNAVAILABLE, "docker: POST /containers/c/start: ", start(&rig));
        assert_fails(&rig, CODE_UNAVAILABLE, "docker: DELETE ",
                     docker_container_remove(rig.docker, &rig.scope, "c", true, &rig.err));
        assert_ok(&rig, inspect(&rig));
        rig_end(&rig);
    }
}

/* Half an answer, cut in each phase; nothing of it is used, and nothing is asked again. */
static void a_connection_lost_within_the_answer(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_RAW(START, "HTTP/1.", FAKE_CLOSE),
        STEP_RAW(START, "HTTP/1.1 200 OK\r\n", FAKE_CLOSE),
        STEP_RAW(INSPECT, HEAD "Content-Length: 9", FAKE_CLOSE),
        STEP_RAW(INSPECT, HEAD "Content-Length: 10\r\n\r\n", FAKE_CLOSE),
        STEP_RAW(INSPECT, HEAD "Content-Length: 10\r\n\r\n{\"a\":1}", FAKE_CLOSE),
        STEP_RAW(INSPECT, HEAD "Transfer-Encoding: chunked\r\n\r\n7\r\n{\"a\"", FAKE_CLOSE),
        STEP_RAW(INSPECT, HEAD "Transfer-Encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n", FAKE_CLOSE),
        GOOD,
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    for (size_t i = 0; i < 2; i++)
        assert_fails(&rig, CODE_UNAVAILABLE, "docker: POST /containers/c/start: ", start(&rig));
    for (size_t i = 2; i < 7; i++)
        assert_fails(&rig, CODE_UNAVAILABLE, "docker: GET /containers/c/json: ", inspect(&rig));
    assert_ok(&rig, inspect(&rig));
    rig_end(&rig);
}

/* An idle connection that the engine closed is replaced before anything is sent. */
static void a_connection_lost_while_idle(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER(START, 204, ""), STEP_ANSWER(START, 204, ""),
        STEP_RAW(START, "HTTP/1.1 204 X\r\nConnection: close\r\n\r\n", FAKE_CLOSE),
        STEP_ANSWER(START, 204, "")};
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_ok(&rig, start(&rig));
    fake_restart(rig.fake, "1.41");
    assert_ok(&rig, start(&rig));
    assert_ok(&rig, start(&rig));
    fake_wait_gone(rig.fake, 2);
    assert_ok(&rig, start(&rig));
    assert_int_equal(rig.fake->connection_count, 3);
    assert_int_equal(rig.fake->pings, 3);
    rig_end(&rig);
}

static void what_is_not_an_answer(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_RAW(INSPECT, "garbage \xff\x01\r\n\r\n", FAKE_CLOSE),
        STEP_RAW(INSPECT, "HTTP/3 200 \xff\r\n\r\n", FAKE_CLOSE),
        STEP_RAW(INSPECT, HEAD "Content-Length: 12\r\n\r\ngarbage \xff\x01{}", FAKE_KEEP),
        STEP_ANSWER(INSPECT, 200, ""),
        STEP_ANSWER(INSPECT, 200, "[]"),
        STEP_ANSWER(INSPECT, 200, "{\"a\":1"),
        STEP_ANSWER(INSPECT, 200, "{\"a\":1} {}"),
        STEP_ANSWER(INSPECT, 200, "{\"a\":\"\xff\"}"),
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        assert_fails(&rig, CODE_UNKNOWN, "docker: GET /containers/c/json: ", inspect(&rig));
        assert_null(strpbrk(rig.err.text, "\xff\x01"));
        assert_null(strstr(rig.err.text, "garbage"));
    }
    rig_end(&rig);
}

static void an_answer_that_is_too_large(void **state)
{
    (void)state;
    const size_t BODY = (size_t)64 * 1024 * 1024 + 1, HEADERS = (size_t)200 * 1024;
    char *many = malloc(HEADERS + 64), *one = malloc(HEADERS + 64), *body = malloc(BODY + 128);
    size_t many_length = (size_t)sprintf(many, "HTTP/1.1 200 OK\r\n");
    while (many_length < HEADERS)
        many_length += (size_t)sprintf(many + many_length, "A: bcdefghijklmn\r\n");
    size_t one_length = (size_t)sprintf(one, "HTTP/1.1 200 OK\r\nA: ");
    memset(one + one_length, 'x', HEADERS - one_length);
    size_t body_length = (size_t)sprintf(body, HEAD "Content-Length: %zu\r\n\r\n", BODY);
    memset(body + body_length, ' ', BODY);
    const struct fake_step steps[] = {
        {.expect = INSPECT, .raw = many, .raw_length = many_length, .then = FAKE_HANG},
        {.expect = INSPECT, .raw = one, .raw_length = HEADERS, .then = FAKE_HANG},
        {.expect = INSPECT, .raw = body, .raw_length = body_length + BODY, .then = FAKE_HANG},
        GOOD,
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(steps), 0);
    assert_fails(&rig, CODE_RESOURCE_EXHAUSTED, "docker: GET /containers/c/json: ", inspect(&rig));
    assert_fails(&rig, CODE_RESOURCE_EXHAUSTED, "docker: GET /containers/c/json: ", inspect(&rig));
    assert_fails(&rig, CODE_RESOURCE_EXHAUSTED, "larger than 67108864 bytes", inspect(&rig));
    assert_ok(&rig, inspect(&rig));
    rig_end(&rig);
    free(many);
    free(one);
    free(body);
}

/* Whatever a hang follows, it ends with the work, and the connection with it. */
static void hangs_end_with_the_work(void **state)
{
    (void)state;
    static const struct fake_step HANGS[] = {
        STEP_NOTHING("GET /_ping ", FAKE_HANG),
        STEP_NOTHING(INSPECT, FAKE_HANG),
        STEP_RAW(INSPECT, "HTTP/1.1 200 OK\r\nA:", FAKE_HANG),
        STEP_RAW(INSPECT, HEAD "Content-Length: 10\r\n\r\n{\"a\"", FAKE_HANG),
    };
    for (size_t i = 0; i < sizeof(HANGS) / sizeof(HANGS[0]); i++) {
        struct rig rig;
        struct canceller canceller;
        rig_begin(&rig, fake_start(&HANGS[i], 1), 0);
        canceller_begin(&canceller, &rig, 1);
        assert_fails(&rig, CODE_CANCELLED, "docker: GET /containers/c/json: ", inspect(&rig));
        canceller_end(&canceller);
        fake_wait_gone(rig.fake, 1);
        rig_end(&rig);

        rig_begin(&rig, fake_start(&HANGS[i], 1), 0);
        rig.cancel.deadline_ns = clock_mono_ns() + 20 * NS_PER_MS;
        assert_fails(&rig, CODE_DEADLINE_EXCEEDED, "the call's deadline passed", inspect(&rig));
        fake_wait_gone(rig.fake, 1);
        rig_end(&rig);

        rig_begin(&rig, fake_start(&HANGS[i], 1), 20 * NS_PER_MS);
        assert_fails(&rig, CODE_DEADLINE_EXCEEDED, "the request timeout of 0.02 s", inspect(&rig));
        fake_wait_gone(rig.fake, 1);
        rig_end(&rig);
    }
}

static void nothing_begins_after_the_end(void **state)
{
    (void)state;
    struct rig rig;
    rig_begin(&rig, fake_start(NULL, 0), 0);
    cancel_fire(&rig.cancel);
    assert_fails(&rig, CODE_CANCELLED, "cancelled", inspect(&rig));
    rig_end(&rig);
}

/* A call that was given up leaves nothing behind that the next one could trip over. */
static void the_next_call_is_not_disturbed(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {STEP_NOTHING(START, FAKE_HANG), GOOD, GOOD};
    struct rig rig;
    struct canceller canceller;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    canceller_begin(&canceller, &rig, 1);
    assert_fails(&rig, CODE_CANCELLED, "docker: POST /containers/c/start: ", start(&rig));
    canceller_end(&canceller);
    rig.cancel.fired = false;
    assert_ok(&rig, inspect(&rig));
    assert_ok(&rig, inspect(&rig));
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_there),
        cmocka_unit_test(a_connection_lost_before_the_answer),
        cmocka_unit_test(a_connection_lost_within_the_answer),
        cmocka_unit_test(a_connection_lost_while_idle),
        cmocka_unit_test(what_is_not_an_answer),
        cmocka_unit_test(an_answer_that_is_too_large),
        cmocka_unit_test(hangs_end_with_the_work),
        cmocka_unit_test(nothing_begins_after_the_end),
        cmocka_unit_test(the_next_call_is_not_disturbed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
