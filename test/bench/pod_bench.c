/*
 * bench-pod: what CRI costs on top of Docker. A pod with one container is started and taken away
 * through the daemon and by the same Docker calls made bare, in turns; and Version is asked of the
 * daemon and of a server that does nothing, in turns. Prints medians and their ratios.
 *
 * usage: bench-pod CRI_ENDPOINT DOCKER_ENDPOINT NOOP_ENDPOINT IMAGE ROUNDS
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dockerapi/container.h"
#include "proto/api.pb-c.h"
#include "shim/base/clock.h"
#include "test/client/channel.h"
#include "test/client/rpc.h"

enum { ROUNDS_MAX = 1000, VERSIONS = 500 };

static void die(const char *what, const struct err *err)
{
    (void)fprintf(stderr, "bench-pod: %s: %s\n", what, err->text);
    exit(1);
}

struct answer {
    struct arena *arena;
    const struct rpc *rpc;
    const ProtobufCMessage *message;
};

static bool keep_answer(void *context, const void *bytes, size_t length)
{
    struct answer *answer = context;
    answer->message = rpc_answer(answer->arena, answer->rpc, bytes, length);
    return answer->message != NULL;
}

/* Takes the request's reference. */
static const void *call(struct channel *channel, struct arena *arena, const char *method,
                        json_t *request)
{
    struct rpc rpc;
    struct err err = ERR_INIT;
    uint8_t *bytes;
    size_t length;
    struct answer answer = {.arena = arena, .rpc = &rpc};
    if (!rpc_find(method, &rpc, &err) ||
        !rpc_request(arena, &rpc, arena_json(arena, request), &bytes, &length, &err) ||
        !exchange_finish(exchange_start(channel, rpc_path(arena, &rpc), bytes, length, -1),
                         keep_answer, &answer, &err))
        die(method, &err);
    return answer.message;
}

static void cri_pod(struct channel *channel, struct arena *arena, const char *image, int round)
{
    json_t *config =
        arena_json(arena, json_pack("{s:{s:s, s:s, s:s, s:i}, s:{}}", "metadata", "name", "bench",
                                    "namespace", "rig", "uid", "bench", "attempt", round, "linux"));
    const Cri__RunPodSandboxResponse *pod =
        call(channel, arena, "RunPodSandbox", json_pack("{s:O}", "config", config));
    const Cri__CreateContainerResponse *container =
        call(channel, arena, "CreateContainer",
             json_pack("{s:s, s:O, s:{s:{s:s, s:i}, s:{s:s}, s:[s,s], s:{}}}", "pod_sandbox_id",
                       pod->pod_sandbox_id, "sandbox_config", config, "config", "metadata", "name",
                       "main", "attempt", round, "image", "image", image, "command", "sleep",
                       "1000", "linux"));
    (void)call(channel, arena, "StartContainer",
               json_pack("{s:s}", "container_id", container->container_id));
    (void)call(channel, arena, "StopContainer",
               json_pack("{s:s, s:i}", "container_id", container->container_id, "timeout", 0));
    (void)call(channel, arena, "StopPodSandbox",
               json_pack("{s:s}", "pod_sandbox_id", pod->pod_sandbox_id));
    (void)call(channel, arena, "RemoveContainer",
               json_pack("{s:s}", "container_id", container->container_id));
    (void)call(channel, arena, "RemovePodSandbox",
               json_pack("{s:s}", "pod_sandbox_id", pod->pod_sandbox_id));
}

/* Creates from a body that the daemon's own container had, under a new name. */
static const char *create(struct docker *docker, struct scope *scope, const char *name,
                          json_t *body)
{
    struct err err = ERR_INIT;
    json_t *answer;
    if (!docker_container_create(docker, scope, name, body, &answer, &err))
        die(name, &err);
    return json_string_value(json_object_get(answer, "Id"));
}

static void bare_pod(struct docker *docker, struct scope *scope, const char *image, int round)
{
    struct arena *arena = scope->arena;
    struct err err = ERR_INIT;
    json_t *pause_body = arena_json(
        arena, json_pack("{s:s, s:{s:s, s:s, s:i, s:i, s:[s]}}", "Image", PAUSE_REFERENCE,
                         "HostConfig", "NetworkMode", "bridge", "IpcMode", "shareable",
                         "OomScoreAdj", -998, "CpuShares", 2, "SecurityOpt", "no-new-privileges"));
    const char *pause =
        create(docker, scope, arena_printf(arena, "bare-pause-%d", round), pause_body);
    if (!docker_container_start(docker, scope, pause, &err))
        die("start", &err);
    const char *join = arena_printf(arena, "container:%s", pause);
    json_t *body =
        arena_json(arena, json_pack("{s:s, s:[s,s], s:{s:s, s:s, s:s}}", "Image", image,
                                    "Entrypoint", "sleep", "1000", "HostConfig", "NetworkMode",
                                    join, "IpcMode", join, "PidMode", join));
    const char *main_id = create(docker, scope, arena_printf(arena, "bare-main-%d", round), body);
    if (!docker_container_start(docker, scope, main_id, &err) ||
        !docker_container_stop(docker, scope, main_id, 0, &err) ||
        !docker_container_stop(docker, scope, pause, 10, &err) ||
        !docker_container_remove(docker, scope, main_id, true, &err) ||
        !docker_container_remove(docker, scope, pause, true, &err))
        die("bare pod", &err);
}

static int by_value(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double median_ms(int64_t *values, size_t count)
{
    qsort(values, count, sizeof(*values), by_value);
    size_t middle = count / 2;
    return (double)values[middle] / NS_PER_MS;
}

static void bench_pods(struct channel *channel, struct docker *docker, const char *image,
                       int rounds)
{
    static int64_t cri_ns[ROUNDS_MAX], bare_ns[ROUNDS_MAX];
    struct cancel cancel;
    cancel_init(&cancel, CLOCK_NEVER);
    for (int round = -1; round < rounds; round++) { /* the first one is not counted */
        struct scope scope = {.arena = arena_create(), .cancel = &cancel};
        int64_t begin_ns = clock_mono_ns();
        cri_pod(channel, scope.arena, image, round + 1);
        int64_t middle_ns = clock_mono_ns();
        bare_pod(docker, &scope, image, round + 1);
        if (round >= 0) {
            cri_ns[round] = middle_ns - begin_ns;
            bare_ns[round] = clock_mono_ns() - middle_ns;
        }
        arena_destroy(scope.arena);
    }
    cancel_done(&cancel);
    double cri = median_ms(cri_ns, (size_t)rounds), bare = median_ms(bare_ns, (size_t)rounds);
    (void)printf(
        "pod start and stop: CRI %.1f ms, bare Docker %.1f ms, ratio %.3f (medians of %d)\n", cri,
        bare, cri / bare, rounds);
}

static int64_t version_ns(struct channel *channel)
{
    struct arena *arena = arena_create();
    int64_t begin_ns = clock_mono_ns();
    (void)call(channel, arena, "Version", json_object());
    int64_t end_ns = clock_mono_ns();
    arena_destroy(arena);
    return end_ns - begin_ns;
}

static void bench_version(struct channel *channel, struct channel *noop)
{
    static int64_t daemon_ns[VERSIONS], noop_ns[VERSIONS];
    for (int i = 0; i < VERSIONS; i++) {
        daemon_ns[i] = version_ns(channel);
        noop_ns[i] = version_ns(noop);
    }
    double daemon = median_ms(daemon_ns, VERSIONS), nothing = median_ms(noop_ns, VERSIONS);
    (void)printf("Version: %.3f ms, no-op server %.3f ms, ratio %.2f (medians of %d)\n", daemon,
                 nothing, daemon / nothing, VERSIONS);
}

int main(int argc, char **argv)
{
    struct err err = ERR_INIT;
    int rounds = argc == 6 ? atoi(argv[5]) : 0;
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        (void)fprintf(stderr, "usage: bench-pod CRI DOCKER NOOP IMAGE ROUNDS\n");
        return 2;
    }
    struct docker *docker = docker_create(&(struct docker_options){.endpoint = argv[2]}, &err);
    if (docker == NULL)
        die(argv[2], &err);
    struct channel *channel = channel_create(argv[1]), *noop = channel_create(argv[3]);
    bench_version(channel, noop);
    bench_pods(channel, docker, argv[4], rounds);
    channel_destroy(noop);
    channel_destroy(channel);
    docker_destroy(docker);
    return 0;
}
