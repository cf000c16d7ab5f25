/*
 * A nonblocking stream socket on the loop, with output that is kept until the socket takes it and
 * input that can be stopped. Whoever feeds a wire looks at wire_is_full() and stops its own source
 * until the `drained` event: that is what bounds memory, since wire_write() never refuses.
 *
 * Threads: the loop's.
 */
#ifndef CRI_STREAM_WIRE_H
#define CRI_STREAM_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

struct wire;

/* A wire may be destroyed in any of its events. */
struct wire_events {
    void (*input)(void *owner, const char *bytes, size_t length);
    /* No more input: the other end has finished (errnum 0), or the connection is broken. */
    void (*ended)(void *owner, int errnum);
    void (*drained)(void *owner); /* it was full and is not any more */
};

struct wire_options {
    int fd;
    void (*release)(void *context); /* gives the descriptor back; NULL: it is closed */
    void *context;
    bool watchful; /* `ended` also when the other end goes while the input is stopped */
};

/* Reads from the start on. Makes the descriptor nonblocking. */
struct wire *wire_create(uv_loop_t *loop, const struct wire_options *options,
                         const struct wire_events *events, void *owner);

/* Lets the descriptor go at once, with what was not sent. NULL is allowed. */
void wire_destroy(struct wire *wire);

/* Makes wire_destroy() reset a TCP connection in place of ending it. */
void wire_abort(struct wire *wire);

void wire_write(struct wire *wire, const char *bytes, size_t length);

/* Between the two, writes are only collected, to be sent together. They nest. */
void wire_cork(struct wire *wire);
void wire_uncork(struct wire *wire);

/* Ends the output, after all that was written. */
void wire_finish(struct wire *wire);

bool wire_is_full(const struct wire *wire);
bool wire_is_reading(const struct wire *wire);
bool wire_is_empty(const struct wire *wire); /* all that was written is sent, or lost */

/* Starts or stops the input. */
void wire_read(struct wire *wire, bool enabled);

#endif
