/* The inside of the fake engine, for its three files: engine.c makes it and waits for it,
 * engine_serve.c runs its connections, engine_match.c finds out what a request is to get. */
#ifndef TEST_TRANSCRIPT_ENGINE_IMPL_H
#define TEST_TRANSCRIPT_ENGINE_IMPL_H

#include <pthread.h>

#include "test/transcript/engine.h"
#include "test/transcript/http.h"
#include "test/transcript/node.h"

enum { CONNECTIONS_MAX = 256 };

struct connection {
    struct engine *engine;
    int fd;         /* -1: closed */
    bool is_events; /* the daemon listens to events on it */
    pthread_t thread;
};

struct engine {
    const struct script *script;
    const char *path;

    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t changed;
    pthread_t acceptor;
    int listener; /* -1: down */
    const char *api_version;
    bool greeted; /* the daemon has asked all that it asks at its start */
    struct node node;
    size_t next;                       /* step that the next request belongs to */
    bool changed_by[SCRIPT_STEPS_MAX]; /* steps that were carried out */
    size_t played;   /* steps before this one were answered as far as they are to be */
    size_t released; /* late replies of steps before this one may go */
    int hang_count;  /* connections that the daemon has to close */
    struct connection connections[CONNECTIONS_MAX];
    size_t connection_count;
    struct err complaint;
};

/* Keeps the first one. */
void engine_complain(struct engine *engine, const struct err *err);

/* The step that the request belongs to. NULL if it belongs to none: then the engine answers it by
 * itself, or complains. */
const struct step *engine_match(struct engine *engine, struct arena *arena,
                                const struct http_request *request, struct reply *ret_reply);

/* Carries a change out, once. Under the lock. */
void engine_apply(struct engine *engine, size_t step);

/* The thread that accepts connections until the listener is shut down. */
void *engine_accept(void *engine);

#endif
