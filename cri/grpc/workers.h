/*
 * Threads that run one task each from start to end, however long it blocks. A task gets a thread at
 * once or is refused, so a task that blocks delays no other. Threads that are out of work are used
 * again, the last one first; all but a few end when they were idle for a while.
 */
#ifndef CRI_GRPC_WORKERS_H
#define CRI_GRPC_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

/* Threads that stay however long they are idle. */
enum { WORKERS_KEPT = 4 };

struct workers;

/* At most `limit` tasks at once; the threads that are too many end after `idle_ns`. */
struct workers *workers_create(int limit, int64_t idle_ns, void (*run)(void *task));

/* Waits until the tasks under way are done. No other thread may start one any more. */
void workers_destroy(struct workers *workers);

/* Has run(task) called on another thread and does not wait for it. False if the limit is reached or
 * the system gives no thread. Threads: any. */
bool workers_start(struct workers *workers, void *task);

/* How many threads there are, busy and idle. */
int workers_count(struct workers *workers);

#endif
