/*
 * Documents of real engines -> CRI, one file of test/golden/status each. A file holds what Docker
 * said (cut to what may matter, with paths of a common installation) and what CRI must say, whole:
 * a field that appears or goes missing fails.
 */
#include "test/unit/shim/translate/document.h"

#include <glob.h>
#include <stdlib.h>

#include "shim/translate/container_status.h"
#include "shim/translate/engine.h"
#include "shim/translate/exec.h"
#include "shim/translate/image.h"
#include "shim/translate/json.h"
#include "shim/translate/sandbox_status.h"
#include "test/lib/pbjson.h"

/* Compares what came out with what the file expects under the key. */
static void expect(const json_t *golden, const char *key, json_t *got)
{
    json_t *expected = json_object_get(golden, key);
    if (expected == NULL || !json_equal(expected, got)) {
        char *text = json_dumps(got, JSON_INDENT(2));
        print_error("%s is\n%s\n", key, text);
        free(text);
        fail();
    }
    json_decref(got);
}

static void check_container(struct arena *arena, const json_t *golden, const json_t *container)
{
    Cri__ContainerStatus status;
    cri__container_status__init(&status);
    translate_container_status(arena, container, json_object_get(golden, "image"), &status);
    expect(golden, "ContainerStatus", pbjson_format(&status.base, PBJSON_NONZERO));
    Cri__Container entry;
    cri__container__init(&entry);
    translate_container(arena, container, &entry);
    expect(golden, "Container", pbjson_format(&entry.base, PBJSON_NONZERO));
    Cri__ContainerUser *user = translate_configured_user(arena, container);
    expect(golden, "ContainerUser",
           user != NULL ? pbjson_format(&user->base, PBJSON_NONZERO) : json_null());
}

static void check_sandbox(struct arena *arena, const json_t *golden, const json_t *sandbox)
{
    const char *ips[4];
    size_t count = sandbox_docker_ips(arena, sandbox, ips, 4);
    Cri__PodSandboxStatus status;
    cri__pod_sandbox_status__init(&status);
    translate_sandbox_status(arena, sandbox, ips, count, &status);
    expect(golden, "PodSandboxStatus", pbjson_format(&status.base, PBJSON_NONZERO));
    Cri__PodSandbox entry;
    cri__pod_sandbox__init(&entry);
    translate_sandbox(arena, sandbox, &entry);
    expect(golden, "PodSandbox", pbjson_format(&entry.base, PBJSON_NONZERO));
    expect(golden, "files",
           json_pack("{s:s, s:s}", "log_directory", sandbox_log_directory(sandbox), "resolv_conf",
                     sandbox_resolv_conf(sandbox)));
}

static void check_images(struct arena *arena, const json_t *golden, const json_t *images)
{
    json_t *list = json_array();
    size_t index;
    const json_t *image;
    json_array_foreach (images, index, image) {
        Cri__Image out;
        cri__image__init(&out);
        translate_image(arena, image, &out);
        json_array_append_new(list, pbjson_format(&out.base, PBJSON_NONZERO));
    }
    expect(golden, "Images", list);
}

static void check_engine(struct arena *arena, const json_t *golden, const json_t *info)
{
    struct engine engine;
    struct err err = ERR_INIT;
    const json_t *version = json_object_get(golden, "version");
    if (!engine_parse(arena, version, info, (int)json_int_at(golden, "api_version"), &engine, &err))
        fail_msg("%s", err.text);
    Cri__StatusResponse response;
    cri__status_response__init(&response);
    engine_status_handlers(arena, &engine, &response);
    expect(golden, "StatusResponse", pbjson_format(&response.base, PBJSON_NONZERO));
    expect(golden, "config", json_loads(engine_describe(arena, &engine), 0, NULL));
}

static void check_exec(const json_t *golden, const json_t *exec)
{
    struct exec_state state = exec_state(exec);
    expect(golden, "exec_state",
           json_pack("{s:b, s:b, s:i, s:I}", "running", state.running, "has_exit_code",
                     state.has_exit_code, "exit_code", state.exit_code, "pid",
                     (json_int_t)state.pid));
}

static void golden_file(void **state)
{
    json_error_t error;
    json_auto_t *golden = json_load_file(*state, JSON_REJECT_DUPLICATES, &error);
    if (golden == NULL)
        fail_msg("%s:%d: %s", (const char *)*state, error.line, error.text);
    struct arena *arena = arena_create();
    const json_t *container = json_object_get(golden, "container");
    const json_t *sandbox = json_object_get(golden, "sandbox");
    const json_t *images = json_object_get(golden, "images");
    const json_t *info = json_object_get(golden, "info");
    const json_t *exec = json_object_get(golden, "exec");
    if (container != NULL)
        check_container(arena, golden, container);
    else if (sandbox != NULL)
        check_sandbox(arena, golden, sandbox);
    else if (images != NULL)
        check_images(arena, golden, images);
    else if (info != NULL)
        check_engine(arena, golden, info);
    else if (exec != NULL)
        check_exec(golden, exec);
    else
        fail_msg("%s holds no document", (const char *)*state);
    arena_destroy(arena);
}

int main(void)
{
    enum { TESTS_MAX = 256 };
    static struct CMUnitTest tests[TESTS_MAX];
    glob_t files;
    if (glob("test/golden/status/*/*.json", 0, NULL, &files) != 0 || files.gl_pathc > TESTS_MAX)
        return 1;
    for (size_t i = 0; i < files.gl_pathc; i++)
        tests[i] = (struct CMUnitTest){.name = files.gl_pathv[i],
                                       .test_func = golden_file,
                                       .initial_state = files.gl_pathv[i]};
    int failed = _cmocka_run_group_tests("status golden", tests, files.gl_pathc, NULL, NULL);
    globfree(&files);
    return failed;
}
