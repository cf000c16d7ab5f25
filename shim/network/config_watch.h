/*
 * The CNI configuration that new pods get, always that of the directory as it is now: inotify tells
 * that something changed, and the next one who asks reads it anew. Nothing runs in between.
 */
#ifndef SHIM_NETWORK_CONFIG_WATCH_H
#define SHIM_NETWORK_CONFIG_WATCH_H

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

struct config_watch;

/* The directories need not exist yet. Copies the texts. Where the kernel gives no inotify, every
 * question reads the directory. */
struct config_watch *config_watch_create(const char *directory, const char *plugin_directories);
void config_watch_destroy(struct config_watch *watch);

/* The configuration in force, as a reference of the arena's: the same document until something
 * changes. Fails with what is wrong in the directory. Threads: any. */
bool config_watch_get(struct config_watch *watch, struct arena *arena, json_t **ret_list,
                      struct err *err);

#endif
