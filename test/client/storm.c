/*
 * cri-storm: many calls that take long, in flight at once, and Version in between. It starts them,
 * asks Version again and again, counts how many of the long calls have no answer yet after that,
 * and waits for the end of all.
 *
 * usage: cri-storm unix:///PATH COUNT METHOD JSON
 * Prints one line: {"versions": N, "in_flight": N, "codes": {"OK": N, ...}}
 */
#include <stdio.h>
#include <stdlib.h>

#include "shim/base/cleanup.h"
#include "test/client/channel.h"
#include "test/client/rpc.h"

enum { VERSIONS = 20, LIMIT_S = 300 };

static bool ask_version(struct channel *channel, struct err *err)
{
    static const char PATH[] = "/runtime.v1.RuntimeService/Version";
    return exchange_finish(exchange_start(channel, PATH, NULL, 0, LIMIT_S), NULL, NULL, err);
}

static bool ask_versions(struct channel *channel, struct err *err)
{
    for (int i = 0; i < VERSIONS; i++)
        if (!ask_version(channel, err))
            return err_wrap(err, "Version number %d", i + 1);
    return true;
}

/* Waits for the long calls, and counts their codes. */
static json_t *finish_all(struct exchange **exchanges, size_t count)
{
    json_t *codes = json_object();
    for (size_t i = 0; i < count; i++) {
        struct err err = ERR_INIT;
        (void)exchange_finish(exchanges[i], NULL, NULL, &err); /* err tells */
        const char *name = code_name(err.code);
        json_int_t so_far = json_integer_value(json_object_get(codes, name));
        json_object_set_new(codes, name, json_integer(so_far + 1));
        if (err.code != CODE_OK && so_far == 0)
            (void)fprintf(stderr, "%s %s\n", name, err.text);
    }
    return codes;
}

static bool run(struct arena *arena, struct channel *channel, char **argv, struct err *err)
{
    struct rpc rpc;
    uint8_t *bytes;
    size_t length, count = strtoul(argv[2], NULL, 10), in_flight = 0;
    json_t *request = arena_json(arena, json_loads(argv[4], 0, NULL));
    if (request == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "the request is no JSON");
    if (!rpc_find(argv[3], &rpc, err) || !rpc_request(arena, &rpc, request, &bytes, &length, err) ||
        !ask_version(channel, err)) /* and connects */
        return false;
    struct exchange **exchanges = arena_array(arena, count, sizeof(struct exchange *));
    for (size_t i = 0; i < count; i++)
        exchanges[i] = exchange_start(channel, rpc_path(arena, &rpc), bytes, length, LIMIT_S);
    bool answered = ask_versions(channel, err);
    for (size_t i = 0; i < count; i++)
        in_flight += exchange_in_flight(exchanges[i]);
    json_t *codes = finish_all(exchanges, count);
    json_t *result =
        arena_json(arena, json_pack("{s:i, s:I, s:o}", "versions", answered ? VERSIONS : 0,
                                    "in_flight", (json_int_t)in_flight, "codes", codes));
    auto_free char *text = json_dumps(result, JSON_COMPACT);
    printf("%s\n", text);
    return answered;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        (void)fputs("usage: cri-storm unix:///PATH COUNT METHOD JSON\n", stderr);
        return 2;
    }
    struct err err = ERR_INIT;
    struct arena *arena = arena_create();
    struct channel *channel = channel_create(argv[1]);
    bool ok = run(arena, channel, argv, &err);
    channel_destroy(channel);
    arena_destroy(arena);
    if (!ok)
        (void)fprintf(stderr, "%s %s\n", code_name(err.code), err.text);
    return ok ? 0 : 1;
}
