/*
 * What one Docker Engine is and can do, read from GET /version and GET /info. Borrowed texts live
 * in the arena.
 */
#ifndef SHIM_TRANSLATE_ENGINE_H
#define SHIM_TRANSLATE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"
#include "shim/base/err.h"

struct engine_runtime {
    const char *name;
    bool recursive_readonly; /* kernel, runtime and engine can mount "rro" */
};

struct engine {
    const char *version; /* "20.10.24" */
    int api_version;     /* the negotiated one, as in dockerapi/docker.h */
    bool systemd_cgroup; /* else cgroupfs */
    int cgroup_version;  /* 1 or 2 */
    const char *root_dir, *storage_driver;
    bool containerd_store; /* images live in a containerd snapshotter */
    const char *default_runtime;
    const struct engine_runtime *runtimes; /* sorted by name */
    size_t runtime_count;
    bool apparmor, seccomp, selinux, userns_remap;
    const char *log_driver, *kernel;
};

/* FAILED_PRECONDITION if the cgroup driver is neither systemd nor cgroupfs. */
bool engine_parse(struct arena *arena, const json_t *version, const json_t *info, int api_version,
                  struct engine *ret_engine, struct err *err);

/* The runtime that a CRI runtime handler names: "" and "docker" are the default one. NULL if the
 * engine has no such runtime. */
const struct engine_runtime *engine_runtime_find(const struct engine *engine, const char *handler);

/* StatusResponse.runtime_handlers and .features: every runtime, and "" for the default. */
void engine_status_handlers(struct arena *arena, const struct engine *engine,
                            Cri__StatusResponse *out);

/* The verbose "config" text of Status: one JSON object with versions, drivers and paths. */
const char *engine_describe(struct arena *arena, const struct engine *engine);

#endif
