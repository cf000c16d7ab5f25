#include "shim/flags.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "shim/config_file.h"

/* getopt's value of the first flag of the table; above every character. */
enum { FIRST_FLAG = 1000 };

/* What the command line says. */
struct command_line {
    struct flag_value *values;
    size_t count;
    const char *config; /* NULL: no file */
    enum flag_action action;
};

static struct option *make_options(struct arena *arena)
{
    size_t count;
    const struct flag *table = flag_table(&count);
    struct option *options = arena_array(arena, count + 1, sizeof(*options));
    for (size_t i = 0; i < count; i++) {
        bool has_value = !flag_is_switch(&table[i]);
        bool may_have = table[i].action == FLAG_SETTING; /* a switch: --x=false */
        options[i] = (struct option){
            .name = table[i].name,
            .has_arg = has_value  ? required_argument
                       : may_have ? optional_argument
                                  : no_argument,
            .val = FIRST_FLAG + (int)i,
        };
    }
    return options;
}

static const struct flag *flag_of(int value)
{
    size_t count;
    if (value == 'h')
        return flag_find("help", strlen("help"));
    return value >= FIRST_FLAG ? &flag_table(&count)[value - FIRST_FLAG] : NULL;
}

/* The flag that a word of the command line is, or the error. getopt_long() takes abbreviations, but
 * one that is clear today is ambiguous with the next flag that is added. */
static const struct flag *check_word(const char *word, int got, struct err *err)
{
    const struct flag *flag = flag_of(got == '?' || got == ':' ? optopt : got);
    size_t length = strcspn(word, "=");
    if (flag == NULL || (word[1] == '-' && flag_find(word + 2, length - 2) == NULL))
        (void)err_set(err, CODE_INVALID_ARGUMENT, "unknown flag %.*s", (int)length, word);
    else if (got == ':')
        (void)err_set(err, CODE_INVALID_ARGUMENT, "--%s needs a value", flag->name);
    else if (got == '?')
        (void)err_set(err, CODE_INVALID_ARGUMENT, "--%s takes no value", flag->name);
    else
        return flag;
    return NULL;
}

static bool read_command_line(struct arena *arena, int argc, char **argv,
                              struct command_line *ret_line, struct err *err)
{
    const struct option *options = make_options(arena);
    struct command_line line = {.values = arena_array(arena, (size_t)argc, sizeof(*line.values))};
    opterr = 0; /* the messages are ours */
    optind = 0; /* begin anew, as glibc has it */
    for (int got;;) {
        const char *word = argv[optind > 0 ? optind : 1];
        got = getopt_long(argc, argv, "+:h", options, NULL);
        if (got == -1)
            break;
        const struct flag *flag = check_word(word, got, err);
        if (flag == NULL)
            return false;
        if (flag->action == FLAG_CONFIG)
            line.config = optarg;
        else if (flag->action != FLAG_SETTING)
            line.action = flag->action;
        else
            line.values[line.count++] = (struct flag_value){
                .flag = flag,
                .value = optarg != NULL ? optarg : "true",
                .origin = arena_printf(arena, "--%s", flag->name),
            };
    }
    if (optind < argc)
        return err_set(err, CODE_INVALID_ARGUMENT, "unexpected argument \"%.200s\"", argv[optind]);
    *ret_line = line;
    return true;
}

static bool set_defaults(struct arena *arena, struct settings *settings, struct err *err)
{
    size_t count;
    const struct flag *table = flag_table(&count);
    for (size_t i = 0; i < count; i++)
        if (table[i].action == FLAG_SETTING && !flag_is_list(&table[i]) &&
            !table[i].set(arena, &table[i], table[i].initial, settings, err))
            return err_wrap(err, "default of %s", table[i].name);
    return true;
}

static void add_note(struct arena *arena, const struct flag_value *given, struct flags *flags)
{
    const struct flag *flag = given->flag;
    if (flag->instead == NULL || strcmp(given->value, flag->initial) == 0 ||
        flags->note_count == FLAGS_NOTES_MAX)
        return;
    flags->notes[flags->note_count++] =
        arena_printf(arena, "%s has no effect here: %s", given->origin, flag->instead);
}

static bool apply(struct arena *arena, const struct flag_value *values, size_t count,
                  struct flags *flags, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct flag *flag = values[i].flag;
        if (!flag->set(arena, flag, values[i].value, &flags->settings, err))
            return err_wrap(err, "%s", values[i].origin);
        add_note(arena, &values[i], flags);
    }
    return true;
}

static bool apply_file(struct arena *arena, const struct command_line *line, struct flags *flags,
                       struct err *err)
{
    struct flag_value *values;
    size_t count;
    if (!config_file_read(arena, line->config, &values, &count, err) ||
        !apply(arena, values, count, flags, err))
        return false;
    /* A list on the command line replaces that of the file: the pinned images are the only one. */
    for (size_t i = 0; i < line->count; i++)
        if (flag_is_list(line->values[i].flag))
            flags->settings.pinned_image_count = 0;
    return true;
}

/* The environment of Docker's own client, for an endpoint that was left empty on purpose. */
static bool apply_environment(struct arena *arena, struct settings *settings, struct err *err)
{
    static const char name[] = "docker-endpoint";
    const char *host = getenv("DOCKER_HOST"), *folder = getenv("DOCKER_CERT_PATH");
    const char *verify = getenv("DOCKER_TLS_VERIFY");
    const struct flag *flag = flag_find(name, strlen(name));
    bool has_host = host != NULL && host[0] != '\0';
    if (!flag->set(arena, flag, has_host ? host : flag->initial, settings, err))
        return err_wrap(err, "DOCKER_HOST");
    bool has_folder = folder != NULL && folder[0] != '\0';
    if (strncmp(settings->docker_endpoint, "unix:", 5) == 0 || settings->docker_tls_ca != NULL)
        return true;
    if (!has_folder && verify != NULL && verify[0] != '\0')
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "DOCKER_TLS_VERIFY asks for TLS, but DOCKER_CERT_PATH does not say where "
                       "ca.pem, cert.pem and key.pem are");
    if (has_folder) {
        settings->docker_tls_ca = arena_printf(arena, "%s/ca.pem", folder);
        settings->docker_tls_cert = arena_printf(arena, "%s/cert.pem", folder);
        settings->docker_tls_key = arena_printf(arena, "%s/key.pem", folder);
    }
    return true;
}

bool flags_parse(struct arena *arena, int argc, char **argv, struct flags *ret_flags,
                 struct err *err)
{
    struct command_line line = {0};
    struct flags flags = {.action = FLAG_SETTING};
    if (!read_command_line(arena, argc, argv, &line, err) ||
        !set_defaults(arena, &flags.settings, err) ||
        (line.config != NULL && !apply_file(arena, &line, &flags, err)) ||
        !apply(arena, line.values, line.count, &flags, err))
        return false;
    const char *endpoint = flags.settings.docker_endpoint;
    bool is_given = endpoint != NULL && endpoint[0] != '\0';
    if (!is_given && !apply_environment(arena, &flags.settings, err))
        return false;
    flags.action = line.action;
    *ret_flags = flags;
    return true;
}
