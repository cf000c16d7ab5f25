/* Requests whose answer is the connection itself. */
#include <fcntl.h>

#include "dockerapi/container.h"
#include "dockerapi/exec.h"
#include "test/unit/dockerapi/fake_engine.h"

#define START "POST /v1.41/exec/e/start HTTP/1.1\r\n"
#define UPGRADED                                                                                   \
    "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"                 \
    "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"

static bool start(struct rig *rig, struct docker_stream *ret_stream)
{
    json_auto_t *body = json_pack("{s:b}", "Detach", 0);
    return docker_exec_start(rig->docker, &rig->scope, "e", body, ret_stream, &rig->err);
}

static void check_echo(int fd)
{
    char bytes[8] = "";
    assert_int_equal(send(fd, "ping", 4, MSG_NOSIGNAL), 4);
    assert_int_equal(recv(fd, bytes, 4, MSG_WAITALL), 4);
    assert_string_equal(bytes, "ping");
    assert_return_code(shutdown(fd, SHUT_WR), 0);
    assert_int_equal(recv(fd, bytes, sizeof(bytes), 0), 0);
}

static void the_connection_is_handed_over(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_RAW(START, UPGRADED, FAKE_ECHO),
        STEP_RAW(START, UPGRADED "\1\0\0\0\0\0\0\5early", FAKE_ECHO),
        STEP_RAW(START, "HTTP/1.1 200 OK\r\nContent-Type: x\r\n\r\nearly", FAKE_ECHO),
        STEP_RAW(START, "HTTP/1.1 100 Continue\r\n\r\n" UPGRADED "early", FAKE_ECHO),
        STEP_RAW("POST /v1.41/containers/c/attach?stream=1&stdin=1&stdout=1&stderr=0"
                 "&detachKeys=ctrl-%5E%2Cx HTTP/1.1\r\n",
                 UPGRADED, FAKE_ECHO),
    };
    static const size_t EARLY[] = {0, 13, 5, 5};
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    for (size_t i = 0; i < 4; i++) {
        struct docker_stream stream;
        assert_ok(&rig, start(&rig, &stream));
        assert_int_equal(stream.early_length, EARLY[i]);
        if (EARLY[i] > 0)
            assert_memory_equal(stream.early + EARLY[i] - 5, "early", 5);
        assert_int_equal(fcntl(stream.fd, F_GETFL) & O_NONBLOCK, 0);
        assert_int_equal(fcntl(stream.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        check_echo(stream.fd);
        docker_stream_done(&stream);
        assert_int_equal(stream.fd, -1);
        docker_stream_done(&stream);
    }
    assert_non_null(strstr(rig.fake->request, "\r\nUpgrade: tcp\r\n"));
    assert_non_null(strstr(rig.fake->request, "\r\nConnection: Upgrade\r\n"));
    assert_non_null(strstr(rig.fake->request, "\r\nContent-Length: 16\r\n\r\n{\"Detach\":false}"));
    struct docker_stream stream;
    const struct docker_attach attach = {.input = true, .output = true, .detach_keys = "ctrl-^,x"};
    assert_ok(&rig,
              docker_container_attach(rig.docker, &rig.scope, "c", &attach, &stream, &rig.err));
    check_echo(stream.fd);
    docker_stream_done(&stream);
    rig_end(&rig);
}

static void refusals_are_ordinary_errors(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER(START, 404, "{\"message\":\"No such exec instance: e\"}"),
        STEP_ANSWER(START, 409, "{\"message\":\"Container is paused\"}"),
        STEP_RAW(START,
                 "HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "6\r\n{\"mess\r\nd\r\nage\":\"boom\"}\n\r\n0\r\n\r\n",
                 FAKE_HANG),
        STEP_RAW(START, "HTTP/1.1 500 X\r\n\r\n{\"message\":\"until the end\"}", FAKE_CLOSE),
        STEP_RAW(START, "HTTP/1.1 500 X\r\nContent-Length: 99\r\n\r\n{\"mess", FAKE_CLOSE),
        STEP_ANSWER(START, 200, "{}"),
    };
    struct rig rig;
    struct docker_stream stream;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_fails(&rig, CODE_NOT_FOUND, "", start(&rig, &stream));
    assert_string_equal(rig.err.text, "docker: POST /exec/e/start: No such exec instance: e");
    assert_fails(&rig, CODE_FAILED_PRECONDITION, "paused", start(&rig, &stream));
    assert_fails(&rig, CODE_UNKNOWN, "docker: POST /exec/e/start: boom", start(&rig, &stream));
    assert_fails(&rig, CODE_UNKNOWN, "until the end", start(&rig, &stream));
    assert_fails(&rig, CODE_UNKNOWN, "HTTP status 500", start(&rig, &stream));
    assert_fails(&rig, CODE_UNKNOWN, "HTTP status 200", start(&rig, &stream)); /* no stream */
    rig_end(&rig);
}

static void lost_connections_are_said(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_NOTHING(START, FAKE_CLOSE),
        STEP_NOTHING(START, FAKE_RESET),
        STEP_RAW(START, "HTTP/1.1 101 UPGRADED\r\nUpgr", FAKE_CLOSE),
        STEP_RAW(START, "rubbish \xff", FAKE_HANG),
    };
    struct rig rig;
    struct docker_stream stream;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    for (size_t i = 0; i < 3; i++)
        assert_fails(&rig, CODE_UNAVAILABLE, "docker: POST /exec/e/start: ", start(&rig, &stream));
    assert_fails(&rig, CODE_UNKNOWN, "not HTTP", start(&rig, &stream));
    assert_null(strchr(rig.err.text, '\xff'));
    rig_end(&rig);
}

static void a_head_is_bounded(void **state)
{
    (void)state;
    enum { SIZE = 80 * 1024 };
    char *answer = malloc(SIZE);
    int start_length = sprintf(answer, "HTTP/1.1 101 OK\r\nA: ");
    memset(answer + start_length, 'x', SIZE - (size_t)start_length);
    const struct fake_step steps[] = {
        {.expect = START, .raw = answer, .raw_length = SIZE, .then = FAKE_HANG}};
    struct rig rig;
    struct docker_stream stream;
    rig_begin(&rig, FAKE_START(steps), 0);
    assert_fails(&rig, CODE_UNKNOWN, "too large", start(&rig, &stream));
    rig_end(&rig);
    free(answer);
}

static void the_wait_ends_with_the_work(void **state)
{
    (void)state;
    static const struct fake_step HANGS[] = {
        STEP_NOTHING(START, FAKE_HANG),
        STEP_RAW(START, "HTTP/1.1 101 UPGRADED\r\nUpgr", FAKE_HANG),
    };
    for (size_t i = 0; i < 2; i++) {
        struct rig rig;
        struct canceller canceller;
        struct docker_stream stream;
        rig_begin(&rig, fake_start(&HANGS[i], 1), 0);
        canceller_begin(&canceller, &rig, 1);
        assert_fails(&rig, CODE_CANCELLED, "docker: POST /exec/e/start: ", start(&rig, &stream));
        canceller_end(&canceller);
        rig_end(&rig);
        rig_begin(&rig, fake_start(&HANGS[i], 1), 20 * NS_PER_MS);
        assert_fails(&rig, CODE_DEADLINE_EXCEEDED, "request timeout", start(&rig, &stream));
        rig_end(&rig);
        rig_begin(&rig, fake_start(&HANGS[i], 1), 0);
        rig.cancel.deadline_ns = clock_mono_ns() + 20 * NS_PER_MS;
        assert_fails(&rig, CODE_DEADLINE_EXCEEDED, "the call's deadline", start(&rig, &stream));
        rig_end(&rig);
    }
}

static void exec_calls_send_what_docker_wants(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("POST /v1.41/containers/c/exec HTTP/1.1\r\n", 201, "{\"Id\":\"e\"}"),
        STEP_ANSWER("GET /v1.41/exec/e/json HTTP/1.1\r\n", 200, "{\"Running\":true}"),
        STEP_ANSWER("POST /v1.41/exec/e/resize?h=24&w=80 HTTP/1.1\r\n", 200, ""),
    };
    struct rig rig;
    struct docker_stream stream;
    json_auto_t *body = json_object();
    json_t *document;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    assert_ok(&rig, docker_exec_create(rig.docker, &rig.scope, "c", body, &document, &rig.err));
    assert_string_equal(json_string_value(json_object_get(document, "Id")), "e");
    assert_ok(&rig, docker_exec_inspect(rig.docker, &rig.scope, "e", &document, &rig.err));
    assert_true(json_is_true(json_object_get(document, "Running")));
    assert_ok(&rig, docker_exec_resize(rig.docker, &rig.scope, "e", 80, 24, &rig.err));
    assert_fails(&rig, CODE_INVALID_ARGUMENT, "exec id",
                 docker_exec_start(rig.docker, &rig.scope, "", body, &stream, &rig.err));
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_connection_is_handed_over),
        cmocka_unit_test(refusals_are_ordinary_errors),
        cmocka_unit_test(lost_connections_are_said),
        cmocka_unit_test(a_head_is_bounded),
        cmocka_unit_test(the_wait_ends_with_the_work),
        cmocka_unit_test(exec_calls_send_what_docker_wants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
