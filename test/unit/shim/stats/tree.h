/*
 * The golden trees of test/golden/cgroup: the files of a node with one pod and one container in it.
 * "hybrid" is a copy of a real node's; "v1" and "v2" have the same figures as each other, written
 * by hand as the kernel writes them.
 */
#ifndef TEST_UNIT_SHIM_STATS_TREE_H
#define TEST_UNIT_SHIM_STATS_TREE_H

#include <stdio.h>

#include <jansson.h>

#include "shim/stats/place.h"

#define TREE_CONTAINER "c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ff"
#define TREE_SANDBOX "5a4db0c55a4db0c55a4db0c55a4db0c55a4db0c55a4db0c55a4db0c55a4db0c5"

enum { TREE_CONTAINER_PID = 4242, TREE_SANDBOX_PID = 4141, TREE_NO_PID = 4999 };

static inline const char *tree_root(struct arena *arena, const char *tree)
{
    return arena_printf(arena, "test/golden/cgroup/%s", tree);
}

/* Inspect documents; the arena's. */
static inline json_t *tree_container(struct arena *arena, int pid)
{
    return arena_json(
        arena,
        json_pack("{s:s, s:s, s:{s:b, s:s, s:i, s:s}, s:{s:i}, s:{s:s, s:{s:s, s:s, s:s}}}", "Id",
                  TREE_CONTAINER, "Name", "/k8s_burn_web_shop_u-1_0", "State", "Running", pid != 0,
                  "Status", pid != 0 ? "running" : "exited", "Pid", pid, "StartedAt",
                  "2026-01-02T03:04:05.5Z", "HostConfig", "CpuShares", 512, "Config", "Image",
                  "example.org/burn:1", "Labels", "io.kubernetes.docker.type", "container",
                  "io.kubernetes.sandbox.id", TREE_SANDBOX, "app", "burn"));
}

static inline json_t *tree_sandbox(struct arena *arena, int pid, const char *network,
                                   const char *cgroup_parent)
{
    return arena_json(arena,
                      json_pack("{s:s, s:s, s:{s:b, s:i}, s:{s:s, s:s}, s:{s:{s:s, s:s}}}", "Id",
                                TREE_SANDBOX, "Name", "/k8s_POD_web_shop_u-1_0", "State", "Running",
                                pid != 0, "Pid", pid, "HostConfig", "NetworkMode", network,
                                "CgroupParent", cgroup_parent, "Config", "Labels",
                                "io.kubernetes.docker.type", "podsandbox", "tier", "front"));
}

#endif
