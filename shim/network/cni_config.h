/*
 * CNI network configurations. One is kept as its JSON in list form ({"cniVersion", "name",
 * "plugins": […]}), for that is what goes to plugins, into the result cache and into our records; a
 * single-plugin file is wrapped into a list. Its cniVersion is always the one that is spoken,
 * whatever a list's "cniVersions" offered.
 *
 * Source: CNI specification 1.1, section 1; versions before 0.3.1 as libcni takes them.
 */
#ifndef SHIM_NETWORK_CNI_CONFIG_H
#define SHIM_NETWORK_CNI_CONFIG_H

#include <stdbool.h>

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

/* One file's text to list form: a new reference. `single` says that it is a single-plugin file.
 * What it says is checked, but it need not name a plugin yet. FAILED_PRECONDITION names the line or
 * the field. */
bool cni_config_parse(const char *text, size_t length, bool single, json_t **ret_list,
                      struct err *err);

/* Appends the plugin that stands in a file of its own. */
bool cni_config_add_plugin(json_t *list, const char *text, size_t length, struct err *err);

/* Whether the list is one to be used: FAILED_PRECONDITION if it has no plugin. */
bool cni_config_complete(const json_t *list, struct err *err);

const char *cni_config_name(const json_t *list);
const char *cni_config_version(const json_t *list);

/* True if the configuration's version is at least major.minor. */
bool cni_config_at_least(const json_t *list, int major, int minor);

/* True if the list sets the key to true, or to the text "true" as libcni allows. */
bool cni_config_flag(const json_t *list, const char *key);

/* True if a plugin of the list declares the capability. */
bool cni_config_wants(const json_t *list, const char *capability);

#endif
