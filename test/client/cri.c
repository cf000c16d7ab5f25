/*
 * cri-client: one CRI call from the command line, for tests, benchmarks and people.
 *
 * The answer is one line of JSON, or one line per message of a stream. A call that fails writes
 * "CODE message" on stderr and exits with 1; a wrong command line exits with 2.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/base/cleanup.h"
#include "test/client/channel.h"
#include "test/client/rpc.h"
#include "test/lib/pbjson.h"

struct options {
    const char *endpoint;
    double timeout_s;
    bool pretty;
    const char *method, *request;
};

static const char USAGE[] =
    "usage: cri-client [--endpoint unix:///PATH] [--timeout SECONDS] [--pretty] METHOD [JSON]\n"
    "  --endpoint   the runtime's socket; else $CRI_ENDPOINT, else unix:///run/dockershim.sock\n"
    "  --timeout    of the call; none without it\n"
    "  --pretty     indented, and only the fields that are set\n"
    "  JSON         the request, fields named as in api.proto; \"-\" reads it from stdin\n";

static _Noreturn void usage(void)
{
    (void)fputs(USAGE, stderr);
    exit(2);
}

static bool parse_seconds(const char *text, double *ret_seconds)
{
    char *end;
    *ret_seconds = strtod(text, &end);
    return *ret_seconds >= 0 && end != text && *end == '\0';
}

static struct options parse_options(int argc, char **argv)
{
    static const struct option LONG[] = {
        {"endpoint", required_argument, NULL, 'e'},
        {"timeout", required_argument, NULL, 't'},
        {"pretty", no_argument, NULL, 'p'},
        {0},
    };
    const char *environment = getenv("CRI_ENDPOINT");
    struct options options = {
        .endpoint = environment != NULL ? environment : "unix:///run/dockershim.sock",
        .timeout_s = -1,
        .request = "{}",
    };
    int letter;
    while ((letter = getopt_long(argc, argv, "", LONG, NULL)) != -1) {
        if (letter == 'e')
            options.endpoint = optarg;
        else if (letter == 'p')
            options.pretty = true;
        else if (letter != 't' || !parse_seconds(optarg, &options.timeout_s))
            usage();
    }
    if (argc - optind < 1 || argc - optind > 2)
        usage();
    options.method = argv[optind];
    if (argc - optind == 2)
        options.request = argv[optind + 1];
    return options;
}

static json_t *read_request(const char *text, struct err *err)
{
    json_error_t error;
    json_t *json = strcmp(text, "-") == 0 ? json_loadf(stdin, JSON_ALLOW_NUL, &error)
                                          : json_loads(text, JSON_ALLOW_NUL, &error);
    if (json == NULL)
        err_set(err, CODE_INVALID_ARGUMENT, "the request is no JSON: line %d column %d: %s",
                error.line, error.column, error.text);
    return json;
}

struct printer {
    const struct rpc *rpc;
    const struct options *options;
    bool failed; /* an answer could not be read or written */
};

static bool print_message(void *context, const void *bytes, size_t length)
{
    struct printer *printer = context;
    bool pretty = printer->options->pretty;
    struct arena *arena = arena_create();
    const ProtobufCMessage *message = rpc_answer(arena, printer->rpc, bytes, length);
    if (message != NULL) {
        json_t *json = pbjson_format(message, pretty ? PBJSON_NONZERO : PBJSON_ALL);
        auto_free char *text = json_dumps(json, pretty ? JSON_INDENT(2) : JSON_COMPACT);
        json_decref(json);
        printer->failed = printf("%s\n", text) < 0 || fflush(stdout) != 0;
    } else {
        (void)fputs("the answer cannot be decoded\n", stderr);
        printer->failed = true;
    }
    arena_destroy(arena);
    return !printer->failed;
}

static bool run(struct arena *arena, const struct options *options, struct err *err)
{
    struct rpc rpc;
    uint8_t *bytes;
    size_t length;
    json_t *request = arena_json(arena, read_request(options->request, err));
    if (request == NULL || !rpc_find(options->method, &rpc, err) ||
        !rpc_request(arena, &rpc, request, &bytes, &length, err))
        return false;
    struct printer printer = {.rpc = &rpc, .options = options};
    struct channel *channel = channel_create(options->endpoint);
    struct exchange *exchange =
        exchange_start(channel, rpc_path(arena, &rpc), bytes, length, options->timeout_s);
    bool ok = exchange_finish(exchange, print_message, &printer, err);
    channel_destroy(channel);
    return ok && (!printer.failed || err_set(err, CODE_INTERNAL, "the answer was not printed"));
}

int main(int argc, char **argv)
{
    struct options options = parse_options(argc, argv);
    struct err err = ERR_INIT;
    struct arena *arena = arena_create();
    bool ok = run(arena, &options, &err);
    arena_destroy(arena);
    if (!ok)
        (void)fprintf(stderr, "%s %s\n", code_name(err.code), err.text);
    return ok ? 0 : 1;
}
