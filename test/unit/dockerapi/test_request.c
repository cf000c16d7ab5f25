/* What is sent for each call, and what becomes of ordinary answers. */
#include "dockerapi/container.h"
#include "dockerapi/image.h"
#include "test/unit/dockerapi/fake_engine.h"

static void sends_what_docker_wants(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("POST /v1.41/containers/create?name=a%20b HTTP/1.1\r\n", 201,
                    "{\"Id\":\"c1\"}"),
        STEP_ANSWER("POST /v1.41/containers/c1/start HTTP/1.1\r\n", 204, ""),
        STEP_ANSWER("POST /v1.41/containers/c1/start HTTP/1.1\r\n", 304, ""),
        STEP_ANSWER("POST /v1.41/containers/c1/stop?t=30 HTTP/1.1\r\n", 304, ""),
        STEP_ANSWER("POST /v1.41/containers/c1/kill?signal=SIGKILL HTTP/1.1\r\n", 204, ""),
        STEP_ANSWER("POST /v1.41/containers/c1/update HTTP/1.1\r\n", 200, "{\"Warnings\":null}"),
        STEP_ANSWER("GET /v1.41/containers/c1/json HTTP/1.1\r\n", 200, "{\"Id\":\"c1\"}"),
        STEP_ANSWER("GET /v1.41/containers/json?all=1 HTTP/1.1\r\n", 200, "null\n"),
        STEP_ANSWER(
            "GET /v1.41/containers/json?all=1&filters=%7B%22id%22:%5B%22c1%22%5D%7D HTTP/1.1\r\n",
            200, "[{\"Id\":\"c1\"}]"),
        STEP_ANSWER("DELETE /v1.41/containers/c1?v=1&force=1 HTTP/1.1\r\n", 204, ""),
        STEP_ANSWER("DELETE /v1.41/containers/c1?v=1 HTTP/1.1\r\n", 204, ""),
        STEP_ANSWER("POST /v1.41/containers/c1/resize?h=24&w=80 HTTP/1.1\r\n", 200, ""),
        STEP_ANSWER("GET /v1.41/images/json HTTP/1.1\r\n", 200, "[]"),
        STEP_ANSWER("GET /v1.41/images/a/b@sha256:12/json HTTP/1.1\r\n", 200, "{}"),
        STEP_ANSWER("GET /v1.41/images/sha256:12/history HTTP/1.1\r\n", 200, "[]"),
        STEP_ANSWER("DELETE /v1.41/images/a/b:c?force=1 HTTP/1.1\r\n", 200, "[]"),
        STEP_ANSWER("DELETE /v1.41/images/a/b:c HTTP/1.1\r\n", 200, "[]"),
        STEP_ANSWER("GET /v1.41/system/df?type=image HTTP/1.1\r\n", 200, "{}"),
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    struct docker *docker = rig.docker;
    struct scope *scope = &rig.scope;
    json_auto_t *body = json_pack("{s:s}", "Image", "x"),
                *filters = json_pack("{s:[s]}", "id", "c1");
    json_t *document;
    assert_ok(&rig, docker_container_create(docker, scope, "a b", body, &document, &rig.err));
    assert_string_equal(json_string_value(json_object_get(document, "Id")), "c1");
    assert_non_null(strstr(rig.fake->request, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(rig.fake->request, "\r\n\r\n{\"Image\":\"x\"}"));
    assert_null(strstr(rig.fake->request, "Expect"));
    assert_ok(&rig, docker_container_start(docker, scope, "c1", &rig.err));
    assert_null(strstr(rig.fake->request, "Content-Type"));
    assert_non_null(strstr(rig.fake->request, "\r\nContent-Length: 0\r\n"));
    assert_ok(&rig, docker_container_start(docker, scope, "c1", &rig.err));
    assert_ok(&rig, docker_container_stop(docker, scope, "c1", 30, &rig.err));
    assert_ok(&rig, docker_container_kill(docker, scope, "c1", "SIGKILL", &rig.err));
    assert_ok(&rig, docker_container_update(docker, scope, "c1", body, &rig.err));
    assert_ok(&rig, docker_container_inspect(docker, scope, "c1", &document, &rig.err));
    assert_ok(&rig, docker_container_list(docker, scope, NULL, &document, &rig.err));
    assert_int_equal(json_array_size(document), 0);
    assert_ok(&rig, docker_container_list(docker, scope, filters, &document, &rig.err));
    assert_int_equal(json_array_size(document), 1);
    assert_ok(&rig, docker_container_remove(docker, scope, "c1", true, &rig.err));
    assert_ok(&rig, docker_container_remove(docker, scope, "c1", false, &rig.err));
    assert_ok(&rig, docker_container_resize(docker, scope, "c1", 80, 24, &rig.err));
    assert_ok(&rig, docker_image_list(docker, scope, &document, &rig.err));
    assert_ok(&rig, docker_image_inspect(docker, scope, "a/b@sha256:12", &document, &rig.err));
    assert_ok(&rig, docker_image_history(docker, scope, "sha256:12", &document, &rig.err));
    assert_ok(&rig, docker_image_remove(docker, scope, "a/b:c", true, &rig.err));
    assert_ok(&rig, docker_image_remove(docker, scope, "a/b:c", false, &rig.err));
    assert_ok(&rig, docker_disk_usage(docker, scope, &document, &rig.err));
    assert_int_equal(rig.fake->connection_count, 1); /* all on one connection */
    assert_int_equal(rig.fake->pings, 1);
    rig_end(&rig);
}

static void stop_bounds_its_grace(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("POST /v1.41/containers/c/stop?t=0 HTTP", 204, ""),
        STEP_ANSWER("POST /v1.41/containers/c/stop?t=0 HTTP", 204, ""),
        STEP_ANSWER("POST /v1.41/containers/c/stop?t=2147483647 HTTP", 204, ""),
        /* The limit of 50 ms is on top of the grace, which the answer shows. */
        STEP_NOTHING("POST /v1.41/containers/c/stop?t=1 HTTP", FAKE_HANG),
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 50 * NS_PER_MS);
    assert_ok(&rig, docker_container_stop(rig.docker, &rig.scope, "c", 0, &rig.err));
    assert_ok(&rig, docker_container_stop(rig.docker, &rig.scope, "c", INT64_MIN, &rig.err));
    assert_ok(&rig, docker_container_stop(rig.docker, &rig.scope, "c", INT64_MAX, &rig.err));
    assert_fails(&rig, CODE_DEADLINE_EXCEEDED, "request timeout of 1.05 s",
                 docker_container_stop(rig.docker, &rig.scope, "c", 1, &rig.err));
    rig_end(&rig);
}

static void passes_errors_on(void **state)
{
    (void)state;
    static const struct fake_step STEPS[] = {
        STEP_ANSWER("POST /v1.41/containers/create", 409,
                    "{\"message\":\"Conflict. In use by x\"}"),
        STEP_ANSWER("POST /v1.41/containers/create", 404, "{\"message\":\"No such image: x\"}"),
        STEP_ANSWER("POST /v1.41/containers/c/kill", 409,
                    "{\"message\":\"Container c is not running\"}"),
        STEP_ANSWER("GET /v1.41/containers/c/json", 500, "{\"message\":\"boom\"}\n"),
        STEP_ANSWER("GET /v1.41/containers/c/json", 503, "<html>"),
        STEP_ANSWER("GET /v1.41/containers/c/json", 301, ""),
        STEP_ANSWER("DELETE /v1.41/images/x", 409, "{\"message\":\"in use\"}"),
    };
    struct rig rig;
    rig_begin(&rig, FAKE_START(STEPS), 0);
    struct docker *docker = rig.docker;
    struct scope *scope = &rig.scope;
    json_auto_t *body = json_object();
    json_t *document;
    assert_fails(&rig, CODE_ALREADY_EXISTS, "",
                 docker_container_create(docker, scope, "secret", body, &document, &rig.err));
    assert_string_equal(rig.err.text, "docker: POST /containers/create: Conflict. In use by x");
    assert_fails(&rig, CODE_NOT_FOUND, ": No such image: x",
                 docker_container_create(docker, scope, "n", body, &document, &rig.err));
    assert_fails(&rig, CODE_FAILED_PRECONDITION, "POST /containers/c/kill: Container c is not",
                 docker_container_kill(docker, scope, "c", "SIGTERM", &rig.err));
    assert_fails(&rig, CODE_UNKNOWN, "docker: GET /containers/c/json: boom",
                 docker_container_inspect(docker, scope, "c", &document, &rig.err));
    assert_fails(&rig, CODE_UNAVAILABLE, "HTTP status 503",
                 docker_container_inspect(docker, scope, "c", &document, &rig.err));
    assert_fails(&rig, CODE_UNKNOWN, "HTTP status 301",
                 docker_container_inspect(docker, scope, "c", &document, &rig.err));
    assert_fails(&rig, CODE_FAILED_PRECONDITION, "in use",
                 docker_image_remove(docker, scope, "x", false, &rig.err));
    assert_int_equal(rig.fake->connection_count, 1);
    rig_end(&rig);
}

/* Nothing is sent for a name that cannot be one. */
static void refuses_bad_names(void **state)
{
    (void)state;
    struct rig rig;
    rig_begin(&rig, fake_start(NULL, 0), 0);
    json_t *document;
    assert_fails(&rig, CODE_INVALID_ARGUMENT, "container id is empty",
                 docker_container_inspect(rig.docker, &rig.scope, "", &document, &rig.err));
    assert_fails(&rig, CODE_INVALID_ARGUMENT, "container id",
                 docker_container_remove(rig.docker, &rig.scope, "..", true, &rig.err));
    assert_fails(&rig, CODE_INVALID_ARGUMENT, "reference",
                 docker_image_inspect(rig.docker, &rig.scope, "", &document, &rig.err));
    assert_fails(&rig, CODE_INVALID_ARGUMENT, "reference",
                 docker_image_remove(rig.docker, &rig.scope, "a/../b", true, &rig.err));
    assert_int_equal(rig.fake->connection_count, 0);
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_what_docker_wants),
        cmocka_unit_test(stop_bounds_its_grace),
        cmocka_unit_test(passes_errors_on),
        cmocka_unit_test(refuses_bad_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
