/*
 * CNI network configurations: finding and checking the one that pods get. A configuration is kept
 * as its JSON in list form ({"cniVersion", "name", "plugins": […]}), for that is what goes to
 * plugins, into the result cache and into our records; a single-plugin file is wrapped into a list.
 * Its cniVersion is always the one that is spoken, whatever a list's "cniVersions" offered.
 *
 * Source: CNI specification 1.1, section 1; versions before 0.3.1 as libcni takes them.
 */
#ifndef SHIM_NETWORK_CNI_CONFIG_H
#define SHIM_NETWORK_CNI_CONFIG_H

#include <stdbool.h>

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

/* The first valid file of *.conf, *.conflist and *.json in the order of their names' bytes, as a
 * new reference. A list is completed with the plugins in the *.conf files of the folder beside it
 * that has the network's name, unless it says loadOnlyInlinedPlugins. FAILED_PRECONDITION names the
 * directory, or the first file with what is wrong in it. */
bool cni_config_load(const char *directory, const char *plugin_directories, json_t **ret_list,
                     struct err *err);

/* One file's text to list form, checked but for the plugins' presence: a new reference. `single`
 * says that it is a single-plugin file. FAILED_PRECONDITION names the line or the field. */
bool cni_config_parse(const char *text, size_t length, bool single, json_t **ret_list,
                      struct err *err);

const char *cni_config_name(const json_t *list);
const char *cni_config_version(const json_t *list);

/* True if the configuration's version is at least major.minor. */
bool cni_config_at_least(const json_t *list, int major, int minor);

/* True if the list sets the key to true, or to the text "true" as libcni allows. */
bool cni_config_flag(const json_t *list, const char *key);

/* True if a plugin of the list declares the capability. */
bool cni_config_wants(const json_t *list, const char *capability);

/* Whether all of the list's plugins are installed. FAILED_PRECONDITION names the first that is not.
 */
bool cni_config_installed(const json_t *list, const char *plugin_directories, struct err *err);

/* The plugin binary in the first of the directories (comma or colon between them) that has it,
 * arena; NULL if none has. */
const char *cni_plugin_find(struct arena *arena, const char *directories, const char *type);

#endif
