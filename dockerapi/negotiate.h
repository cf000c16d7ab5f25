/*
 * The API version that both sides speak. An engine tells its newest version in each answer to
 * /_ping, and its oldest one only in /version, which is slow and asked only where it can matter.
 */
#ifndef DOCKERAPI_NEGOTIATE_H
#define DOCKERAPI_NEGOTIATE_H

#include "dockerapi/client.h"

/* A connection from the pool on which a version is in force. On a new one it is found out who
 * answers, before anything else. FAILED_PRECONDITION, naming both versions and what to do, if there
 * is no common one. */
bool negotiate_take(struct docker *docker, const struct patience *patience, struct link **ret_link,
                    struct err *err);

#endif
