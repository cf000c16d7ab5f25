/*
 * What is done beside serving, once, as soon as the engine answers: the daemon starts and serves
 * while Docker is down, and what needs Docker is made up for here, on a thread of its own.
 */
#ifndef SHIM_STARTUP_H
#define SHIM_STARTUP_H

#include "shim/rpc/daemon.h"

struct startup;

/* Starts the thread; `daemon` is borrowed until startup_end(). NULL on error. */
struct startup *startup_begin(struct daemon *daemon, struct err *err);

/* Ends what is not done yet. NULL is allowed. */
void startup_end(struct startup *startup);

#endif
