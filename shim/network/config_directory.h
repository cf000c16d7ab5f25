/*
 * The directory with CNI network configurations: which of its files counts for new pods. It is read
 * anew at every call; config_watch.h knows when that is needed.
 *
 * Source: CNI specification 1.1, section 1; the order of files as the incumbent has it.
 */
#ifndef SHIM_NETWORK_CONFIG_DIRECTORY_H
#define SHIM_NETWORK_CONFIG_DIRECTORY_H

#include <stdbool.h>

#include <jansson.h>

#include "shim/base/err.h"

/* The first valid file of *.conf, *.conflist and *.json in the order of their names' bytes, as a
 * new reference. A list is completed with the plugins in the *.conf files of the folder beside it
 * that has the network's name, unless it says loadOnlyInlinedPlugins. FAILED_PRECONDITION names the
 * directory, or the first file with what is wrong in it. */
bool config_directory_load(const char *directory, const char *plugin_directories, json_t **ret_list,
                           struct err *err);

#endif
