/*
 * A transcript file, read: what a client asks, what traffic to Docker that makes, and what the
 * answer is. README.md in this folder has the syntax.
 */
#ifndef TEST_TRANSCRIPT_SCRIPT_H
#define TEST_TRANSCRIPT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "shim/base/arena.h"
#include "shim/base/err.h"

enum step_kind {
    STEP_RPC,    /* the client begins a call */
    STEP_DOCKER, /* a request to Docker, and what Docker does with it */
    STEP_CHANGE, /* a container of Docker's changes */
    STEP_CANCEL, /* the client leaves */
    STEP_ANSWER, /* the call's outcome */
    STEP_DOWN,   /* Docker goes away */
    STEP_UP,     /* Docker is back, perhaps as another version */
};

/* What the fake engine does with a request. */
enum reply_kind {
    REPLY_ANSWER,  /* an ordinary answer */
    REPLY_LATE,    /* the same, but only after the client has its outcome */
    REPLY_SLOW,    /* the same, byte by byte */
    REPLY_HALF,    /* the head and half of the body, then the connection closes */
    REPLY_STREAM,  /* JSON documents one a line */
    REPLY_UPGRADE, /* the connection becomes a process's output */
    REPLY_HANG,    /* nothing, until the daemon closes the connection */
    REPLY_STUCK,   /* nothing, and nobody has to close the connection */
    REPLY_EVENTS,  /* the engine's events, as they come */
    REPLY_CLOSE,   /* the connection closes without an answer */
    REPLY_RESET,   /* the connection is reset */
    REPLY_GARBAGE, /* bytes that are not HTTP */
};

/* How a stream or an upgraded connection ends. */
enum reply_end { END_WELL, END_HANG, END_CUT };

struct reply {
    enum reply_kind kind;
    int status;
    json_t *body;      /* NULL for none */
    json_t *documents; /* array: of a stream; of an upgraded connection pairs [stream, text] */
    enum reply_end end;
};

struct step {
    enum step_kind kind;
    int line;
    /* STEP_RPC */
    const char *method;
    json_t *request;
    double timeout_s; /* below 0: none */
    /* STEP_DOCKER */
    const char *verb, *target; /* target: path and query as written, not percent-encoded */
    json_t *body;              /* what the request's body must contain; NULL: anything */
    json_t *auth;              /* the same for the registry credentials; json null: none */
    struct reply reply;
    /* STEP_CHANGE */
    json_t *document;    /* the container's new one; NULL: */
    const char *gone_id; /* it is removed */
    /* STEP_ANSWER */
    bool eventually; /* the call is made again until this is its outcome */
    enum code code;
    json_t *messages; /* array of what each message must contain; NULL: anything */
    const char *text; /* what the error's text must contain; NULL: anything */
    /* STEP_UP */
    const char *api_version;
};

enum { SCRIPT_STEPS_MAX = 128, SCRIPT_FLAGS_MAX = 16 };

struct script {
    const char *path;
    struct step steps[SCRIPT_STEPS_MAX];
    size_t step_count;
    const char *flags[SCRIPT_FLAGS_MAX]; /* of the daemon, besides the usual ones */
    size_t flag_count;
    const char *api_version;
    json_t *info, *version;      /* what Docker answers to questions about itself */
    json_t *containers, *images; /* arrays: what it has at the start */
    bool down;                   /* Docker is not there at the start */
    bool plays_start;            /* what the daemon asks Docker at its start is in the steps */
};

/* INVALID_ARGUMENT, with file and line, for what is no transcript. */
bool script_read(struct arena *arena, const char *path, struct script *ret_script, struct err *err);

#endif
