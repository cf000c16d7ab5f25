#include "cri/stream/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shim/base/alloc.h"
#include "shim/base/buf.h"

enum {
    FULL_BYTES = 256 * 1024,   /* from here on a wire is full */
    DRAINED_BYTES = 32 * 1024, /* and until here */
    PIECE_BYTES = 64 * 1024,   /* of one read */
    ROUND_READS = 4,           /* before the other wires have their turn */
    KEPT_BYTES = 4096,         /* of an empty buffer's memory */
};

struct wire {
    uv_poll_t poll;
    struct wire_options options;
    const struct wire_events *events;
    void *owner;
    struct buf out;
    size_t sent; /* of `out` */
    int polled;  /* what the loop watches for */
    int corks;
    bool reading, input_ended;
    bool was_full;            /* since the last `drained` */
    bool finishing, finished; /* the output is to end, has ended */
    bool output_broken;
    bool destroyed;
};

static size_t pending(const struct wire *wire)
{
    return wire->out.length - wire->sent;
}

static void on_event(uv_poll_t *poll, int status, int events);

/* Tells the loop what to watch for. */
static void update(struct wire *wire)
{
    int wanted = 0;
    if (wire->destroyed)
        return;
    if (!wire->input_ended && wire->reading)
        wanted |= UV_READABLE;
    else if (!wire->input_ended && wire->options.watchful)
        wanted |= UV_DISCONNECT;
    if (pending(wire) > 0 || wire->was_full) /* then `drained` is still to be told */
        wanted |= UV_WRITABLE;
    if (wanted == wire->polled)
        return;
    wire->polled = wanted;
    /* These fail only for events or handles that make no sense. */
    if (wanted == 0)
        (void)uv_poll_stop(&wire->poll);
    else
        (void)uv_poll_start(&wire->poll, wanted, on_event);
}

struct wire *wire_create(uv_loop_t *loop, const struct wire_options *options,
                         const struct wire_events *events, void *owner)
{
    struct wire *wire = xcalloc(1, sizeof(*wire));
    wire->options = *options;
    wire->events = events;
    wire->owner = owner;
    wire->reading = true;
    buf_init(&wire->out, SIZE_MAX);
    /* Fails only for what epoll cannot watch, which no socket is. */
    if (uv_poll_init_socket(loop, &wire->poll, options->fd) != 0)
        abort();
    wire->poll.data = wire;
    update(wire);
    return wire;
}

static void on_closed(uv_handle_t *handle)
{
    struct wire *wire = handle->data;
    buf_done(&wire->out);
    free(wire);
}

void wire_destroy(struct wire *wire)
{
    if (wire == NULL || wire->destroyed)
        return;
    wire->destroyed = true;
    uv_close((uv_handle_t *)&wire->poll, on_closed);
    if (wire->options.release != NULL)
        wire->options.release(wire->options.context);
    else
        (void)close(wire->options.fd); /* gone whatever close says */
}

void wire_abort(struct wire *wire)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(wire->options.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

/* The output is empty: its memory goes, unless it is little, and its end is told. */
static void settle(struct wire *wire)
{
    wire->out.length = wire->sent = 0;
    if (wire->out.capacity > KEPT_BYTES) {
        buf_done(&wire->out);
        buf_init(&wire->out, SIZE_MAX);
    }
    if (wire->finishing && !wire->finished) {
        wire->finished = true;
        (void)shutdown(wire->options.fd, SHUT_WR); /* fails if the other end has gone */
    }
}

/* Sends what the socket takes. */
static void flush(struct wire *wire)
{
    while (pending(wire) > 0 && !wire->output_broken) {
        ssize_t count = send(wire->options.fd, wire->out.data + wire->sent, pending(wire),
                             MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count >= 0)
            wire->sent += (size_t)count;
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            wire->output_broken = true; /* the input tells why, and when to stop */
    }
    if (pending(wire) == 0 || wire->output_broken)
        settle(wire);
    update(wire);
}

void wire_write(struct wire *wire, const char *bytes, size_t length)
{
    if (wire->output_broken || wire->finishing || wire->destroyed)
        return;
    if (wire->sent > FULL_BYTES) {
        buf_consume(&wire->out, wire->sent);
        wire->sent = 0;
    }
    bool idle = pending(wire) == 0;
    (void)buf_append(&wire->out, bytes, length); /* the limit is none */
    wire->was_full |= wire_is_full(wire);
    if (wire->corks == 0 && idle)
        flush(wire);
}

void wire_cork(struct wire *wire)
{
    wire->corks++;
}

void wire_uncork(struct wire *wire)
{
    wire->corks--;
    if (wire->corks == 0 && !wire->destroyed && (wire->polled & UV_WRITABLE) == 0)
        flush(wire);
}

void wire_finish(struct wire *wire)
{
    wire->finishing = true;
    if (wire->corks == 0 && pending(wire) == 0)
        flush(wire);
}

bool wire_is_full(const struct wire *wire)
{
    return pending(wire) >= FULL_BYTES;
}

bool wire_is_reading(const struct wire *wire)
{
    return wire->reading;
}

bool wire_is_empty(const struct wire *wire)
{
    return pending(wire) == 0;
}

void wire_read(struct wire *wire, bool enabled)
{
    wire->reading = enabled;
    update(wire);
}

static void end_input(struct wire *wire, int errnum)
{
    wire->input_ended = true;
    update(wire);
    wire->events->ended(wire->owner, errnum);
}

static void read_some(struct wire *wire)
{
    static char bytes[PIECE_BYTES]; /* of the loop's thread, and no event reads again */
    for (int i = 0; i < ROUND_READS && wire->reading && !wire->input_ended && !wire->destroyed;
         i++) {
        ssize_t count = recv(wire->options.fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (count > 0)
            wire->events->input(wire->owner, bytes, (size_t)count);
        else if (count == 0 || (errno != EAGAIN && errno != EINTR))
            end_input(wire, count == 0 ? 0 : errno);
        if (count < (ssize_t)sizeof(bytes))
            return;
    }
}

/* The error that waits on the socket; reading it takes it away. */
static int socket_error(const struct wire *wire)
{
    int errnum = 0;
    socklen_t length = sizeof(errnum);
    (void)getsockopt(wire->options.fd, SOL_SOCKET, SO_ERROR, &errnum, &length);
    return errnum != 0 ? errnum : ECONNRESET;
}

static void on_event(uv_poll_t *poll, int status, int events)
{
    struct wire *wire = poll->data;
    if (status < 0) { /* the loop has stopped to watch */
        wire->polled = 0;
        wire->output_broken = true;
        events = UV_READABLE;
    }
    if (events & UV_WRITABLE || wire->output_broken)
        flush(wire);
    if (wire->was_full && pending(wire) <= DRAINED_BYTES) {
        wire->was_full = false;
        update(wire);
        wire->events->drained(wire->owner);
    }
    if (wire->destroyed)
        return;
    bool gone = status < 0 || events & UV_DISCONNECT;
    if (gone && !wire->reading && !wire->input_ended && wire->options.watchful)
        end_input(wire, socket_error(wire));
    else if (events & UV_READABLE)
        read_some(wire);
}
