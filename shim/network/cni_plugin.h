/*
 * One run of one CNI plugin. What it says when it fails is passed on word for word.
 *
 * Plugins get the daemon's own environment, as libcni gives it (proxies, PATH, what an operator set
 * in the unit for them), but for what is meant for the daemon alone: systemd's sockets, and CNI_
 * variables that somebody left there.
 *
 * Source: CNI specification 1.1, sections 2 and 5.
 */
#ifndef SHIM_NETWORK_CNI_PLUGIN_H
#define SHIM_NETWORK_CNI_PLUGIN_H

#include <jansson.h>

#include "shim/base/scope.h"

/* The plugin binary in the first of the directories (comma or colon between them) that has it,
 * arena; NULL if none has. */
const char *cni_plugin_find(struct arena *arena, const char *directories, const char *type);

/* Whether all plugins of a configuration list are installed. FAILED_PRECONDITION names the first
 * that is not. */
bool cni_plugins_installed(const json_t *list, const char *directories, struct err *err);

/* All borrowed. */
struct cni_plugin_run {
    const char *command;     /* "ADD" */
    const char *type;        /* the plugin's name */
    const char *directories; /* where plugins are, comma or colon between */
    const char *container_id, *netns, *interface, *arguments; /* "" where there is none */
    const json_t *config;                                     /* what it reads */
    bool wants_result; /* printing no document is a failure */
    int64_t timeout_ns;
};

/* *ret_output is the document that it printed, owned by the arena, or NULL if that was none.
 * FAILED_PRECONDITION if there is no such plugin, NOT_FOUND only if it says that it does not know
 * the container (CNI's error 3), UNKNOWN for another failure of its own. */
bool cni_plugin_run(struct scope *scope, const struct cni_plugin_run *run, json_t **ret_output,
                    struct err *err);

#endif
