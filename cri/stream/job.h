/*
 * Blocking work for the sessions, each piece on a thread of its own, which ends with it: a Docker
 * that hangs must not keep the others' work waiting, and a thread that entered a network namespace
 * must not come back.
 */
#ifndef CRI_STREAM_JOB_H
#define CRI_STREAM_JOB_H

#include <uv.h>

#include "shim/base/err.h"

struct job_runner;

struct job_runner *job_runner_create(uv_loop_t *loop);

/* No job may be under way. Its memory goes when the loop has closed its handle. */
void job_runner_destroy(struct job_runner *runner);

/* Runs work(context) on a new thread and then done(context) on the loop's. RESOURCE_EXHAUSTED if
 * there is no thread to be had. Threads: the loop's. */
bool job_start(struct job_runner *runner, void (*work)(void *context), void (*done)(void *context),
               void *context, struct err *err);

#endif
