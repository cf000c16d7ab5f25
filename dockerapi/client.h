/*
 * The inside of struct docker: idle connections, the version in force, and the answers that are
 * shared. One lock over all of it, never held while the network is waited for.
 *
 * A generation is the life of one engine as far as we can see: the next one begins when a
 * connection was lost. Connections and cached answers of an older generation are not used.
 */
#ifndef DOCKERAPI_CLIENT_H
#define DOCKERAPI_CLIENT_H

#include <pthread.h>

#include "dockerapi/endpoint.h"
#include "dockerapi/link.h"
#include "dockerapi/request.h"
#include "dockerapi/shared.h"

struct cached {
    struct shared *answer; /* NULL: none */
    int64_t at_ns;         /* monotonic, when it was asked for */
};

struct docker {
    struct endpoint endpoint;
    int64_t timeout_ns;

    pthread_mutex_t lock;
    struct link *idle; /* the last one used comes first */
    int idle_count;
    uint64_t generation;
    int version;                 /* the last one negotiated; 0 before the first */
    uint64_t version_generation; /* the generation that it was negotiated with */
    int vetted_version;          /* an engine's own version, above ours, whose minimum suits us */
    struct cached version_answer, info_answer;
};

/* A connection from the pool, or a new one. NULL on error. */
struct link *client_take(struct docker *docker, struct err *err);
void client_put(struct docker *docker, struct link *link);

/* A connection that is not to come back. NULL on error. */
struct link *client_make(struct docker *docker, struct err *err);

/* A connection of this generation has broken: the engine may be another one from here on. */
void client_lost(struct docker *docker, uint64_t generation);

/* What bounds a request that begins at this moment. */
struct patience client_patience(const struct docker *docker, struct scope *scope,
                                const struct request *request);

/* The version that was negotiated with the engine of this generation, 0 if none was yet; the last
 * one negotiated with any, 0 before the first; and the link's becomes the one in force. */
int client_current_version(struct docker *docker);
int client_last_version(struct docker *docker);
void client_settle_version(struct docker *docker, const struct link *link);

/* Whether an engine that is newer than we are was found to take our version. */
bool client_vetted(struct docker *docker, int engine_version);
void client_vet(struct docker *docker, const struct link *link, int engine_version);

/* A reference of the caller's to the cached answer if it is at most that old, else NULL. */
struct shared *client_cached(struct docker *docker, const struct cached *cached,
                             int64_t max_age_ns);
/* Keeps an answer that came from the engine of `generation` and was asked for at `at_ns`. */
void client_cache(struct docker *docker, struct cached *cached, struct shared *answer,
                  int64_t at_ns, uint64_t generation);

#endif
