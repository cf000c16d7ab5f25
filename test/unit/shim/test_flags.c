/* flags: the command line, the configuration file, the environment, and what each mistake says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim/base/clock.h"
#include "shim/base/file.h"
#include "shim/config_file.h"
#include "shim/flag_value.h"
#include "shim/flags.h"

#define EXAMPLE "packaging/dockershimd.conf"

static char folder[] = "/tmp/test_flags.XXXXXX";
static const char *config_path; /* of a file that a test writes */

static int make_folder(void **state)
{
    struct arena *arena = arena_create();
    *state = arena;
    if (mkdtemp(folder) == NULL)
        return -1;
    config_path = arena_printf(arena, "%s/test.conf", folder);
    return unsetenv("DOCKER_HOST") | unsetenv("DOCKER_TLS_VERIFY") | unsetenv("DOCKER_CERT_PATH");
}

static int remove_folder(void **state)
{
    (void)unlink(config_path); /* not every test writes it */
    arena_destroy(*state);
    return rmdir(folder);
}

static void write_config(const char *text)
{
    struct err err = ERR_INIT;
    assert_true(file_write_atomic(config_path, text, strlen(text), 0600, &err));
}

enum { WORDS_MAX = 16 };

/* A command line of the given words; NULL ends it. */
static bool parse_words(struct arena *arena, struct flags *flags, struct err *err,
                        const char *const *words)
{
    char *argv[WORDS_MAX + 2] = {arena_strdup(arena, "dockershimd")};
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++) {
        assert_in_range(argc, 1, WORDS_MAX);
        argv[argc] = arena_strdup(arena, words[argc - 1]);
    }
    return flags_parse(arena, argc, argv, flags, err);
}

#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__ __VA_OPT__(, ) NULL                                                            \
    }

/* The settings of a command line that is right. */
static struct flags right(struct arena *arena, const char *const *words)
{
    struct flags flags;
    struct err err = ERR_INIT;
    if (!parse_words(arena, &flags, &err, words))
        fail_msg("%s", err.text);
    return flags;
}

/* The message of one that is wrong. */
static const char *wrong(struct arena *arena, const char *const *words)
{
    struct flags flags;
    struct err err = ERR_INIT;
    assert_false(parse_words(arena, &flags, &err, words));
    assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
    return arena_strdup(arena, err.text);
}

static void assert_says(const char *message, const char *piece)
{
    if (strstr(message, piece) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", message, piece);
}

static void nothing_given_means_the_defaults(void **state)
{
    struct flags flags = right(*state, WORDS());
    const struct settings *settings = &flags.settings;
    assert_int_equal(flags.action, FLAG_SETTING);
    assert_int_equal(flags.note_count, 0);
    assert_string_equal(settings->container_runtime_endpoint, "unix:///run/dockershim.sock");
    assert_string_equal(settings->docker_endpoint, "unix:///var/run/docker.sock");
    assert_string_equal(settings->root_directory, "/var/lib/dockershimd");
    assert_string_equal(settings->cri_dockerd_root_directory, "/var/lib/cri-dockerd");
    assert_string_equal(settings->run_directory, "/run/dockershimd");
    assert_string_equal(settings->cni_conf_dir, "/etc/cni/net.d");
    assert_string_equal(settings->pod_cidr, "");
    assert_null(settings->pod_infra_container_image);
    assert_null(settings->socket_group);
    assert_null(settings->docker_tls_ca);
    assert_int_equal(settings->pinned_image_count, 0);
    assert_int_equal(settings->network_plugin, NETWORK_PLUGIN_CNI);
    assert_int_equal(settings->image_pull_progress_deadline_ns, 60 * NS_PER_S);
    assert_int_equal(settings->cni_timeout_ns, 220 * NS_PER_S);
    assert_int_equal(settings->runtime_request_timeout_ns, 0);
    assert_int_equal(settings->log_level, LOG_LEVEL_INFO);
    assert_int_equal(settings->log_mode, LOG_MODE_CRI);
}

static void values_follow_a_blank_or_an_equals_sign(void **state)
{
    struct flags flags =
        right(*state, WORDS("--cni-conf-dir", "/a", "--cni-bin-dir=/b,/c", "--drain-timeout=0",
                            "--log-mode=symlink", "--pod-cidr", "", "--"));
    assert_string_equal(flags.settings.cni_conf_dir, "/a");
    assert_string_equal(flags.settings.cni_bin_dir, "/b,/c");
    assert_int_equal(flags.settings.log_mode, LOG_MODE_SYMLINK);
    assert_string_equal(flags.settings.pod_cidr, "");
    assert_int_equal(flags.settings.drain_timeout_ns, 0);
}

static void the_last_of_a_repeated_flag_wins_and_lists_grow(void **state)
{
    struct flags flags = right(*state, WORDS("--log-level=debug", "--log-level=error",
                                             "--pinned-image=a/*", "--pinned-image", "b"));
    assert_int_equal(flags.settings.log_level, LOG_LEVEL_ERROR);
    assert_int_equal(flags.settings.pinned_image_count, 2);
    assert_string_equal(flags.settings.pinned_images[0], "a/*");
    assert_string_equal(flags.settings.pinned_images[1], "b");
}

/* As minikube writes it, and as guides do. */
static void command_lines_of_cri_dockerd_are_taken(void **state)
{
    struct flags flags =
        right(*state, WORDS("--container-runtime-endpoint", "fd://",
                            "--pod-infra-container-image=registry.k8s.io/pause:3.10",
                            "--network-plugin=cni", "--hairpin-mode=hairpin-veth"));
    assert_string_equal(flags.settings.container_runtime_endpoint, "fd://");
    assert_string_equal(flags.settings.pod_infra_container_image, "registry.k8s.io/pause:3.10");
    assert_int_equal(flags.note_count, 1);
    assert_says(flags.notes[0], "--hairpin-mode has no effect here: set \"hairpinMode\"");
    flags = right(*state, WORDS("--network-plugin=", "--streaming-bind-addr", "127.0.0.1",
                                "--ipv6-dual-stack", "--network-plugin-mtu", "1400",
                                "--runtime-cgroups", "/docker.slice", "--hairpin-mode=none"));
    assert_int_equal(flags.settings.network_plugin, NETWORK_PLUGIN_BRIDGE);
    assert_true(flags.settings.ipv6_dual_stack);
    assert_int_equal(flags.settings.network_plugin_mtu, 1400);
    assert_int_equal(flags.note_count, 3);
}

static void switches_take_a_value_only_behind_an_equals_sign(void **state)
{
    assert_true(right(*state, WORDS("--ipv6-dual-stack=true")).settings.ipv6_dual_stack);
    assert_true(right(*state, WORDS("--ipv6-dual-stack=1")).settings.ipv6_dual_stack);
    assert_false(right(*state, WORDS("--ipv6-dual-stack=false")).settings.ipv6_dual_stack);
    assert_false(right(*state, WORDS("--ipv6-dual-stack=F")).settings.ipv6_dual_stack);
    assert_says(wrong(*state, WORDS("--ipv6-dual-stack", "false")), "\"false\"");
    assert_says(wrong(*state, WORDS("--ipv6-dual-stack=yes")),
                "--ipv6-dual-stack: \"yes\" is not true or false");
}

static void a_wrong_flag_names_itself(void **state)
{
    assert_string_equal(wrong(*state, WORDS("--no-such=1")), "unknown flag --no-such");
    assert_string_equal(wrong(*state, WORDS("--network-plug", "cni")),
                        "unknown flag --network-plug");
    assert_string_equal(wrong(*state, WORDS("--docker-tls", "x")), "unknown flag --docker-tls");
    assert_string_equal(wrong(*state, WORDS("-x")), "unknown flag -x");
    assert_string_equal(wrong(*state, WORDS("--log-level")), "--log-level needs a value");
    assert_string_equal(wrong(*state, WORDS("--version=1")), "--version takes no value");
    assert_string_equal(wrong(*state, WORDS("--log-level=info", "stray")),
                        "unexpected argument \"stray\"");
}

static void a_wrong_value_names_its_flag(void **state)
{
    static const struct {
        const char *word, *message;
    } cases[] = {
        {"--network-plugin=kubenet", "--network-plugin: \"kubenet\" is not offered: use \"cni\""},
        {"--network-plugin=calico", "--network-plugin: \"calico\" is not cni or bridge"},
        {"--log-level=loud", "--log-level: \"loud\" is not one of error"},
        {"--log-mode=json", "--log-mode: \"json\" is not cri or symlink"},
        {"--hairpin-mode=x", "--hairpin-mode: \"x\" is not none"},
        {"--drain-timeout=10", "--drain-timeout: \"10\" is not a duration"},
        {"--network-plugin-mtu=-1", "--network-plugin-mtu: \"-1\" is not a number"},
        {"--cni-conf-dir=etc", "--cni-conf-dir: \"etc\" is not an absolute path"},
        {"--container-runtime-endpoint=tcp://1.2.3.4:5", "--container-runtime-endpoint: \"tcp://"},
        {"--container-runtime-endpoint=", "--container-runtime-endpoint: \"\" is not unix:///PATH"},
        {"--container-runtime-endpoint=unix://x", "--container-runtime-endpoint: \"unix://x\""},
        {"--docker-endpoint=http://x", "--docker-endpoint: \"http://x\" is not unix:///PATH or"},
        {"--pod-cidr=10.0.0.0", "--pod-cidr: \"10.0.0.0\" is no list of CIDRs"},
        {"--streaming-bind-addr=localhost", "--streaming-bind-addr: \"localhost\" is not an addr"},
        {"--streaming-bind-addr=[::1]:99999", "--streaming-bind-addr: \"[::1]:99999\""},
        {"--pod-infra-container-image=A B", "--pod-infra-container-image: image reference"},
        {"--pinned-image=", "--pinned-image: \"\" is not a pattern"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_says(wrong(*state, WORDS(cases[i].word)), cases[i].message);
}

static void a_bare_path_is_a_unix_socket(void **state)
{
    struct flags flags = right(
        *state, WORDS("--container-runtime-endpoint=/run/a.sock", "--docker-endpoint=/run/b.sock"));
    assert_string_equal(flags.settings.container_runtime_endpoint, "unix:///run/a.sock");
    assert_string_equal(flags.settings.docker_endpoint, "unix:///run/b.sock");
}

static void bind_addresses_have_an_optional_port(void **state)
{
    static const char *const words[] = {"",    "127.0.0.1", "0.0.0.0:10010",
                                        "::1", "[::]:0",    "[::1]:1"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct flags flags = right(*state, WORDS("--streaming-bind-addr", words[i]));
        assert_string_equal(flags.settings.streaming_bind_addr, words[i]);
    }
}

static void durations_are_written_as_in_go(void **state)
{
    static const struct {
        const char *text;
        int64_t ns;
    } durations[] = {
        {"0", 0},
        {"0s", 0},
        {"1m0s", 60 * NS_PER_S},
        {"90s", 90 * NS_PER_S},
        {"1h", 3600 * NS_PER_S},
        {"500ms", 500 * NS_PER_MS},
        {"1h15m30.918s", 4530918 * NS_PER_MS},
        {"1.5h", 5400 * NS_PER_S},
        {".5s", 500 * NS_PER_MS},
        {"1us", 1000},
        {"3µs", 3000},
        {"7ns", 7},
        {"0.0000000001s", 0},
    };
    static const char *const others[] = {"",    "1",   "-1s", "+1s", "s",  "1d",   ".s",
                                         "1.s", "1s ", " 1s", "1 s", "00", "1e3s", "9999999999h"};
    (void)state;
    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        int64_t ns = -1;
        assert_true(flag_parse_duration(durations[i].text, &ns));
        assert_int_equal(ns, durations[i].ns);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        int64_t ns;
        if (flag_parse_duration(others[i], &ns))
            fail_msg("\"%s\" is taken for a duration", others[i]);
    }
}

static void the_command_line_wins_over_the_file(void **state)
{
    write_config("# a comment\n"
                 "\n"
                 "  log-level =  debug \r\n"
                 "pinned-image = a\n"
                 "pinned-image=b # c\n"
                 "pod-cidr =\n"
                 "cni-timeout = 1m");
    struct flags flags = right(*state, WORDS("--config", config_path));
    assert_int_equal(flags.settings.log_level, LOG_LEVEL_DEBUG);
    assert_int_equal(flags.settings.cni_timeout_ns, 60 * NS_PER_S);
    assert_int_equal(flags.settings.pinned_image_count, 2);
    assert_string_equal(flags.settings.pinned_images[1], "b # c");
    flags = right(*state, WORDS("--log-level=warn", "--pinned-image=x", "--config", config_path));
    assert_int_equal(flags.settings.log_level, LOG_LEVEL_WARN);
    assert_int_equal(flags.settings.cni_timeout_ns, 60 * NS_PER_S);
    assert_int_equal(flags.settings.pinned_image_count, 1);
    assert_string_equal(flags.settings.pinned_images[0], "x");
}

static void a_mistake_in_the_file_names_file_line_and_key(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"\nlog-level = loud\n", ":2: log-level: \"loud\" is not one of"},
        {"# x\n\nno-such = 1\n", ":3: unknown name \"no-such\""},
        {"config = /etc/x\n", ":1: unknown name \"config\""},
        {"help = true\n", ":1: unknown name \"help\""},
        {"--log-level = info\n", ":1: unknown name \"--log-level\""},
        {"just words\n", ":1: \"just words\" is not \"name = value\""},
        {"log-level = info\nlog-level = info\n", ":2: log-level is set twice"},
        {"ipv6-dual-stack = \n", ":1: ipv6-dual-stack: \"\" is not true or false"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_config(cases[i].text);
        /* The right value on the command line does not hide it. */
        const char *message = wrong(*state, WORDS("--log-level=info", "--config", config_path));
        assert_says(message, arena_printf(*state, "%s%s", config_path, cases[i].message));
    }
}

static void a_file_that_is_missing_is_named(void **state)
{
    struct flags flags;
    struct err err = ERR_INIT;
    assert_false(parse_words(*state, &flags, &err, WORDS("--config=/no/such/file")));
    assert_int_equal(err.code, CODE_NOT_FOUND);
    assert_says(err.text, "/no/such/file");
}

static void an_empty_endpoint_takes_dockers_environment(void **state)
{
    const char *const *empty = WORDS("--docker-endpoint=");
    struct flags flags = right(*state, empty);
    assert_string_equal(flags.settings.docker_endpoint, "unix:///var/run/docker.sock");

    setenv("DOCKER_HOST", "tcp://10.0.0.1:2376", 1);
    flags = right(*state, empty);
    assert_string_equal(flags.settings.docker_endpoint, "tcp://10.0.0.1:2376");
    assert_null(flags.settings.docker_tls_ca);

    setenv("DOCKER_TLS_VERIFY", "1", 1);
    assert_says(wrong(*state, empty), "DOCKER_CERT_PATH");

    setenv("DOCKER_CERT_PATH", "/certs", 1);
    flags = right(*state, empty);
    assert_string_equal(flags.settings.docker_tls_ca, "/certs/ca.pem");
    assert_string_equal(flags.settings.docker_tls_key, "/certs/key.pem");

    setenv("DOCKER_HOST", "ssh://elsewhere", 1);
    assert_says(wrong(*state, empty), "DOCKER_HOST: \"ssh://elsewhere\"");
    assert_string_equal(right(*state, WORDS()).settings.docker_endpoint,
                        "unix:///var/run/docker.sock");
}

static void some_flags_only_print(void **state)
{
    assert_int_equal(right(*state, WORDS("-h")).action, FLAG_HELP);
    assert_int_equal(right(*state, WORDS("--help")).action, FLAG_HELP);
    assert_int_equal(right(*state, WORDS("--version", "--log-level=info")).action, FLAG_VERSION);
    assert_int_equal(right(*state, WORDS("--buildinfo")).action, FLAG_BUILDINFO);
    assert_string_equal(wrong(*state, WORDS("--version", "--no-such")), "unknown flag --no-such");
}

/* What is printed, in the arena. */
static const char *printed(struct arena *arena, enum flag_action action)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    flags_print(action, stream);
    assert_int_equal(fclose(stream), 0);
    const char *copy = arena_strdup(arena, text);
    free(text);
    return copy;
}

static void the_help_page_has_every_flag_and_fits_a_terminal(void **state)
{
    const char *page = printed(*state, FLAG_HELP);
    size_t count;
    const struct flag *table = flag_table(&count);
    for (size_t i = 0; i < count; i++) {
        assert_says(page, arena_printf(*state, "\n  --%s%s", table[i].name,
                                       flag_is_switch(&table[i]) ? "\n" : " "));
        assert_string_not_equal(table[i].help, "");
    }
    for (const char *line = page; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 90);
    assert_string_equal(printed(*state, FLAG_VERSION), "dockershimd " DOCKERSHIMD_VERSION "\n");
    assert_says(printed(*state, FLAG_BUILDINFO), "dockershimd " DOCKERSHIMD_VERSION "\n");
}

static void every_default_is_a_value_that_its_flag_takes(void **state)
{
    size_t count, settings = 0;
    const struct flag *table = flag_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (table[i].initial == NULL)
            continue;
        (void)right(*state,
                    WORDS(arena_printf(*state, "--%s=%s", table[i].name, table[i].initial)));
        settings++;
    }
    assert_in_range(settings, 20, count);
}

/* The value that the example shows behind "#name = ", NULL if it does not show the flag. */
static const char *example_value(struct arena *arena, const char *example, const char *name)
{
    const char *line = strstr(example, arena_printf(arena, "\n#%s =", name));
    if (line == NULL)
        return NULL;
    const char *value = strchr(line, '=') + 1;
    value += strspn(value, " ");
    return arena_strndup(arena, value, strcspn(value, "\n"));
}

static void the_example_configuration_shows_every_setting_with_its_default(void **state)
{
    char *example;
    size_t length, count, settings = 0, shown = 0;
    struct err err = ERR_INIT;
    assert_true(file_read(*state, EXAMPLE, 65536, &example, &length, &err));
    const struct flag *table = flag_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *value = example_value(*state, example, table[i].name);
        if (table[i].action != FLAG_SETTING) {
            assert_null(value);
            continue;
        }
        settings++;
        if (value == NULL)
            fail_msg("%s does not show %s", EXAMPLE, table[i].name);
        if (!flag_is_list(&table[i]))
            assert_string_equal(value, table[i].initial);
    }
    /* Nothing else looks like a setting: prose has a blank behind the #. */
    for (const char *line = example; *line != '\0'; line += strcspn(line, "\n") + 1)
        shown += line[0] != '\n' && (line[0] != '#' || (line[1] != ' ' && line[1] != '\n'));
    assert_int_equal(shown, settings);
}

/* With every # taken away it must still be right. */
static void the_example_configuration_is_valid(void **state)
{
    char *example;
    size_t length, end = 0;
    struct err err = ERR_INIT;
    assert_true(file_read(*state, EXAMPLE, 65536, &example, &length, &err));
    for (size_t i = 0; i < length; i++)
        if (example[i] != '#' || example[i + 1] == ' ' || (i > 0 && example[i - 1] != '\n'))
            example[end++] = example[i];
    example[end] = '\0';
    write_config(example);
    struct flags flags = right(*state, WORDS("--config", config_path));
    assert_int_equal(flags.settings.pinned_image_count, 1);
    assert_int_equal(flags.note_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_given_means_the_defaults),
        cmocka_unit_test(values_follow_a_blank_or_an_equals_sign),
        cmocka_unit_test(the_last_of_a_repeated_flag_wins_and_lists_grow),
        cmocka_unit_test(command_lines_of_cri_dockerd_are_taken),
        cmocka_unit_test(switches_take_a_value_only_behind_an_equals_sign),
        cmocka_unit_test(a_wrong_flag_names_itself),
        cmocka_unit_test(a_wrong_value_names_its_flag),
        cmocka_unit_test(a_bare_path_is_a_unix_socket),
        cmocka_unit_test(bind_addresses_have_an_optional_port),
        cmocka_unit_test(durations_are_written_as_in_go),
        cmocka_unit_test(the_command_line_wins_over_the_file),
        cmocka_unit_test(a_mistake_in_the_file_names_file_line_and_key),
        cmocka_unit_test(a_file_that_is_missing_is_named),
        cmocka_unit_test(an_empty_endpoint_takes_dockers_environment),
        cmocka_unit_test(some_flags_only_print),
        cmocka_unit_test(the_help_page_has_every_flag_and_fits_a_terminal),
        cmocka_unit_test(every_default_is_a_value_that_its_flag_takes),
        cmocka_unit_test(the_example_configuration_shows_every_setting_with_its_default),
        cmocka_unit_test(the_example_configuration_is_valid),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
