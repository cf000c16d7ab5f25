/* Inspect documents of pause containers -> what CRI reports of pod sandboxes. */
#ifndef SHIM_TRANSLATE_SANDBOX_STATUS_H
#define SHIM_TRANSLATE_SANDBOX_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "proto/api.pb-c.h"
#include "shim/base/arena.h"

Cri__PodSandboxState sandbox_state(const json_t *sandbox);
bool sandbox_host_network(const json_t *sandbox);
bool sandbox_is_adopted(const json_t *sandbox);             /* another runtime made it */
const char *sandbox_runtime_handler(const json_t *sandbox); /* as asked for, or the engine's name */
const char *sandbox_log_directory(const json_t *sandbox);
const char *sandbox_resolv_conf(const json_t *sandbox); /* our file on the host, or "" */

/* Metadata from the name, cleaned. Never NULL; empty fields where the name is none of ours. */
Cri__PodSandboxMetadata *translate_sandbox_metadata(struct arena *arena, const json_t *sandbox);

/* The addresses that Docker itself gave (bridge plugin), IPv4 first. Returns their number. */
size_t sandbox_docker_ips(struct arena *arena, const json_t *sandbox, const char **ret_ips,
                          size_t max);

void translate_sandbox(struct arena *arena, const json_t *sandbox, Cri__PodSandbox *out);

/* PodSandboxStatus; ips may be NULL (host network, or none yet). */
void translate_sandbox_status(struct arena *arena, const json_t *sandbox, const char *const *ips,
                              size_t ip_count, Cri__PodSandboxStatus *out);

/* The verbose "info" text. */
const char *translate_sandbox_info(struct arena *arena, const json_t *sandbox);

bool sandbox_matches(const json_t *sandbox, const Cri__PodSandboxFilter *filter);

#endif
