#include <string.h>

#include <jansson.h>
#include <uv.h>

#include "dockerapi/docker.h"
#include "shim/flags.h"

enum { WIDTH = 80, INDENT = 8 };

/* Words in lines of WIDTH, each line behind an indentation. */
static void print_wrapped(const char *text, FILE *stream)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > 0 && column + 1 + length > WIDTH) {
            (void)fputc('\n', stream);
            column = 0;
        }
        if (column == 0)
            column = (size_t)fprintf(stream, "%*s%.*s", INDENT, "", (int)length, text);
        else
            column += (size_t)fprintf(stream, " %.*s", (int)length, text);
        text += length + strspn(text + length, " ");
    }
    (void)fputc('\n', stream);
}

static void print_flag(const struct flag *flag, FILE *stream)
{
    (void)fprintf(stream, "  --%s%s%s", flag->name, flag_is_switch(flag) ? "" : " ",
                  flag_is_switch(flag) ? "" : flag->value);
    bool has_default = flag->initial != NULL && flag->initial[0] != '\0';
    if (has_default && !flag_is_switch(flag))
        (void)fprintf(stream, "  [%s]", flag->initial);
    (void)fputc('\n', stream);
    print_wrapped(flag->help, stream);
}

static void print_help(FILE *stream)
{
    size_t count;
    const struct flag *table = flag_table(&count);
    (void)fputs("Usage: dockershimd [FLAG...]\n\n"
                "Serves the Kubernetes Container Runtime Interface (CRI v1) on Docker Engine.\n"
                "A flag's value follows after a blank or a '='; its default is in brackets.\n",
                stream);
    const char *group = "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(group, table[i].group) != 0)
            (void)fprintf(stream, "\n%s:\n", table[i].group);
        group = table[i].group;
        print_flag(&table[i], stream);
    }
}

static void print_buildinfo(FILE *stream)
{
    (void)fprintf(stream,
                  "dockershimd %s\n"
                  "compiler: %s\n"
                  "CRI: v1\n"
                  "Docker API: %d.%d to %d.%d\n"
                  "libuv %s, jansson %s, protobuf-c %s\n",
                  DOCKERSHIMD_VERSION, __VERSION__, DOCKER_API_MIN / 100, DOCKER_API_MIN % 100,
                  DOCKER_API_MAX / 100, DOCKER_API_MAX % 100, uv_version_string(),
                  jansson_version_str(), protobuf_c_version());
}

void flags_print(enum flag_action action, FILE *stream)
{
    if (action == FLAG_HELP)
        print_help(stream);
    else if (action == FLAG_BUILDINFO)
        print_buildinfo(stream);
    else
        (void)fprintf(stream, "dockershimd %s\n", DOCKERSHIMD_VERSION);
}
