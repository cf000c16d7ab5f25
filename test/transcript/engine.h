/*
 * The fake engine: an HTTP server on a unix socket that plays the docker steps of a transcript, one
 * for each request in the order of their arrival, on whatever connection. Questions about itself
 * (/_ping, /version, /info), about what it has (test/transcript/node.h) and for its events it
 * answers on its own where the script has no step for them, and so it does with all that the daemon
 * asks at its start, unless the script plays that.
 *
 * Threads: one that accepts, and one per connection. The functions below belong to one thread.
 */
#ifndef TEST_TRANSCRIPT_ENGINE_H
#define TEST_TRANSCRIPT_ENGINE_H

#include "test/transcript/script.h"

struct engine;

/* Begins to listen, unless the script says that the engine is down. Borrows script and path. */
struct engine *engine_create(const struct script *script, const char *path, struct err *err);

/* Ends all connections. */
void engine_destroy(struct engine *engine);

/* Waits until the daemon has asked all that it asks at its start. */
bool engine_await_greeting(struct engine *engine, struct err *err);

/* Waits until the requests of all docker steps before `step` have come and been answered as far as
 * they are to be. False if they do not come, or if another one did. */
bool engine_await(struct engine *engine, size_t step, struct err *err);

/* The client has the outcome that `step` tells: late replies of the steps before it are sent. */
void engine_release(struct engine *engine, size_t step);

/* Carries a STEP_CHANGE out and tells the event, unless the docker step before it has done so. */
void engine_change(struct engine *engine, size_t step);

/* Waits until the daemon has closed the connections on which the engine hangs. */
bool engine_await_hangs(struct engine *engine, struct err *err);

void engine_go_down(struct engine *engine);
bool engine_come_up(struct engine *engine, const char *api_version, struct err *err);

/* False, with the complaint, if a request came that the script does not have. */
bool engine_check(struct engine *engine, struct err *err);

#endif
