/*
 * What all sessions have in common: their client, a place in the list of those that are open, and a
 * time when they are given up. A session frees itself, after it has taken itself from the list.
 *
 * Threads: the loop's.
 */
#ifndef CRI_STREAM_SESSION_H
#define CRI_STREAM_SESSION_H

#include "cri/stream/job.h"
#include "cri/stream/peer.h"
#include "cri/stream/token.h"

/* What sessions are given to live in; one per server. */
struct session_host {
    uv_loop_t *loop;
    const struct stream_ops *ops;
    struct job_runner *jobs;
    uint64_t idle_ms; /* a session in which nothing moves for so long is ended; 0: never */
    struct session *first;
    size_t count;
    uv_timer_t sweep;
};

struct session {
    struct session *next, *previous;
    struct session_host *host;
    struct peer *peer;    /* NULL: it has gone */
    uint64_t deadline_ms; /* by uv_now(), when the session is given up; 0: never */
    void (*end)(struct session *session, const char *why);
};

enum { SESSION_OPEN_MS = 30 * 1000, SESSION_LINGER_MS = 10 * 1000 };

void session_host_init(struct session_host *host);
void session_host_done(struct session_host *host); /* no session is left */

void session_add(struct session_host *host, struct session *session);
void session_remove(struct session *session);

/* Ends all of them; they take their time. */
void session_end_all(struct session_host *host, const char *why);

/* A new client: what its connection, its request and the agreed protocol are. */
struct session_start {
    struct wire_options wire;
    struct pending *pending; /* taken */
    struct protocol protocol;
    const char *early; /* bytes that came with the request */
    size_t early_length;
};

void remote_command_start(struct session_host *host, const struct session_start *start);
void port_forward_start(struct session_host *host, const struct session_start *start);

#endif
