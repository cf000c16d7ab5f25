/*
 * cni-pod: attaches processes' network namespaces as RunPodSandbox does, and tells how long that
 * took; for test/bench/cni.sh. It is told by lines on its standard input, and answers each with the
 * microseconds: "add PID ID", "del PID ID".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/base/clock.h"
#include "shim/network/network.h"

static json_t *sandbox_of(struct arena *arena, const char *id, int pid)
{
    return arena_json(arena,
                      json_pack("{s:s, s:s, s:{s:i, s:b}, s:{s:{}}, s:{s:s}}", "Id", id, "Name",
                                "/k8s_POD_bench_rig_uid_0", "State", "Pid", pid, "Running", 1,
                                "Config", "Labels", "HostConfig", "NetworkMode", "none"));
}

static bool run(struct network *network, const char *command, int pid, const char *id,
                struct err *err)
{
    Cri__PodSandboxMetadata metadata;
    Cri__PodSandboxConfig config;
    struct cancel cancel;
    struct scope scope = {.arena = arena_create(), .cancel = &cancel};
    cri__pod_sandbox_metadata__init(&metadata);
    cri__pod_sandbox_config__init(&config);
    config.metadata = &metadata;
    cancel_init(&cancel, CLOCK_NEVER);
    const json_t *sandbox = sandbox_of(scope.arena, id, pid);
    bool ok = strcmp(command, "add") == 0 ? network_setup(network, &scope, sandbox, &config, err)
                                          : network_teardown(network, &scope, id, sandbox, err);
    cancel_done(&cancel);
    arena_destroy(scope.arena);
    return ok;
}

static bool answer_all(struct network *network, struct err *err)
{
    char line[256], command[8], id[128];
    int pid;
    while (fgets(line, sizeof(line), stdin) != NULL) {
        if (sscanf(line, "%7s %d %127s", command, &pid, id) != 3)
            return err_set(err, CODE_INVALID_ARGUMENT, "what does this mean: %s", line);
        int64_t begin_ns = clock_mono_ns();
        if (!run(network, command, pid, id, err))
            return false;
        (void)printf("%" PRId64 "\n", (clock_mono_ns() - begin_ns) / 1000);
        (void)fflush(stdout);
    }
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: cni-pod CONFIGURATION_DIRECTORY PLUGIN_DIRECTORIES WORK\n");
        return 2;
    }
    struct arena *arena = arena_create();
    const struct settings settings = {
        .root_directory = arena_printf(arena, "%s/root", argv[3]),
        .run_directory = arena_printf(arena, "%s/run", argv[3]),
        .cni_cache_dir = arena_printf(arena, "%s/cache", argv[3]),
        .cni_conf_dir = argv[1],
        .cni_bin_dir = argv[2],
        .cni_timeout_ns = 60 * NS_PER_S,
        .pod_cidr = "",
    };
    struct err err = ERR_INIT;
    struct network *network = network_create(&settings, &err);
    bool ok = network != NULL && answer_all(network, &err);
    if (!ok)
        (void)fprintf(stderr, "cni-pod: %s\n", err.text);
    network_destroy(network);
    arena_destroy(arena);
    return ok ? 0 : 1;
}
