#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "dockerapi/endpoint.h"

static const char FILE_THAT_EXISTS[] = "/dev/null";

static void check(const struct docker_options *options, const char *base_url, const char *unix_path)
{
    struct endpoint endpoint;
    struct err err = ERR_INIT;
    if (!endpoint_init(&endpoint, options, &err))
        fail_msg("%s", err.text);
    assert_string_equal(endpoint.text, options->endpoint);
    assert_string_equal(endpoint.base_url, base_url);
    if (unix_path != NULL)
        assert_string_equal(endpoint.unix_path, unix_path);
    else
        assert_null(endpoint.unix_path);
    endpoint_done(&endpoint);
}

static void check_bad(const struct docker_options *options, const char *part)
{
    struct endpoint endpoint;
    struct err err = ERR_INIT;
    assert_false(endpoint_init(&endpoint, options, &err));
    assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    if (strstr(err.text, part) == NULL)
        fail_msg("%s", err.text);
}

static void takes_what_makes_sense(void **state)
{
    (void)state;
    check(&(struct docker_options){.endpoint = "unix:///run/docker.sock"}, "http://docker",
          "/run/docker.sock");
    check(&(struct docker_options){.endpoint = "tcp://127.0.0.1:2375"}, "http://127.0.0.1:2375",
          NULL);
    check(&(struct docker_options){.endpoint = "tcp://[::1]:2375"}, "http://[::1]:2375", NULL);
    check(&(struct docker_options){.endpoint = "tcp://engine.example:2376",
                                   .tls_ca = FILE_THAT_EXISTS,
                                   .tls_cert = FILE_THAT_EXISTS,
                                   .tls_key = FILE_THAT_EXISTS},
          "https://engine.example:2376", NULL);
}

static void refuses_endpoints(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "/run/docker.sock",
        "unix://",
        "unix://run/docker.sock",
        "tcp://",
        "tcp://host",
        "tcp://host:",
        "tcp://host:0",
        "tcp://host:65536",
        "tcp://host:2375/",
        "tcp://host:2375/path",
        "tcp://user@host:2375",
        "tcp://ho st:2375",
        "tcp://[::1:2375",
        "tcp://[]:2375",
        "tcp://:2375",
        "http://host:2375",
        "npipe:////./pipe/docker_engine",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        check_bad(&(struct docker_options){.endpoint = texts[i]}, texts[i]);
    check_bad(&(struct docker_options){0}, "endpoint");
    char path[200] = "unix:///";
    memset(path + strlen(path), 'a', 108);
    check_bad(&(struct docker_options){.endpoint = path}, "too long");
}

static void refuses_tls_files(void **state)
{
    (void)state;
    static const char TCP[] = "tcp://host:2376", MISSING[] = "/nonexistent/ca.pem";
    check_bad(&(struct docker_options){.endpoint = TCP, .tls_ca = MISSING}, MISSING);
    check_bad(&(struct docker_options){.endpoint = TCP, .tls_cert = FILE_THAT_EXISTS}, "key");
    check_bad(&(struct docker_options){.endpoint = TCP,
                                       .tls_cert = FILE_THAT_EXISTS,
                                       .tls_key = FILE_THAT_EXISTS},
              "CA");
    check_bad(&(struct docker_options){.endpoint = TCP,
                                       .tls_ca = FILE_THAT_EXISTS,
                                       .tls_cert = FILE_THAT_EXISTS,
                                       .tls_key = MISSING},
              MISSING);
    check_bad(
        &(struct docker_options){.endpoint = "unix:///run/docker.sock", .tls_ca = FILE_THAT_EXISTS},
        "tcp://");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_makes_sense),
        cmocka_unit_test(refuses_endpoints),
        cmocka_unit_test(refuses_tls_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
