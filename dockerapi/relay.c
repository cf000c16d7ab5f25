#include "dockerapi/relay.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shim/base/alloc.h"

enum { PIECE_BYTES = 16 * 1024, STACK_BYTES = 256 * 1024 };

/* Bytes on their way in one direction. */
struct piece {
    char bytes[PIECE_BYTES];
    size_t start, length;
    bool ended; /* its source has no more */
};

struct relay {
    struct link *link;
    int fd; /* our end of the pair */
    struct piece in, out;
    bool closed_out; /* the end of the output was passed on */
};

/* How a step went: DONE is progress, BUSY means that the descriptor must become ready first. */
enum step { STEP_DONE, STEP_BUSY, STEP_BROKEN };

static void took(struct piece *piece, size_t count)
{
    piece->start += count;
    piece->length -= count;
}

static enum step read_engine(struct relay *relay)
{
    struct piece *in = &relay->in;
    in->start = 0;
    CURLcode result = curl_easy_recv(relay->link->easy, in->bytes, PIECE_BYTES, &in->length);
    if (result == CURLE_AGAIN)
        return STEP_BUSY;
    in->ended = result != CURLE_OK || in->length == 0;
    return STEP_DONE;
}

static enum step write_engine(struct relay *relay)
{
    struct piece *out = &relay->out;
    size_t count = 0;
    CURLcode result =
        curl_easy_send(relay->link->easy, out->bytes + out->start, out->length, &count);
    took(out, count);
    return result == CURLE_OK ? STEP_DONE : result == CURLE_AGAIN ? STEP_BUSY : STEP_BROKEN;
}

static enum step read_caller(struct relay *relay)
{
    struct piece *out = &relay->out;
    ssize_t count = recv(relay->fd, out->bytes, PIECE_BYTES, MSG_DONTWAIT);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR ? STEP_BUSY : STEP_BROKEN;
    out->start = 0;
    out->length = (size_t)count;
    out->ended = count == 0;
    return STEP_DONE;
}

static enum step write_caller(struct relay *relay)
{
    struct piece *in = &relay->in;
    ssize_t count = send(relay->fd, in->bytes + in->start, in->length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR ? STEP_BUSY : STEP_BROKEN;
    took(in, (size_t)count);
    return STEP_DONE;
}

/* Moves what can be moved towards the caller, and adds what it waits for to the events. */
static bool move_in(struct relay *relay, struct pollfd *engine, struct pollfd *caller)
{
    while (relay->in.length > 0 || !relay->in.ended) {
        bool full = relay->in.length > 0;
        enum step step = full ? write_caller(relay) : read_engine(relay);
        if (step == STEP_BROKEN)
            return false;
        if (step == STEP_BUSY) {
            *(full ? &caller->events : &engine->events) |= full ? POLLOUT : POLLIN;
            return true;
        }
    }
    return false; /* the engine has said all */
}

static bool move_out(struct relay *relay, struct pollfd *engine, struct pollfd *caller)
{
    while (relay->out.length > 0 || !relay->out.ended) {
        bool full = relay->out.length > 0;
        enum step step = full ? write_engine(relay) : read_caller(relay);
        if (step == STEP_BROKEN)
            return false;
        if (step == STEP_BUSY) {
            *(full ? &engine->events : &caller->events) |= full ? POLLOUT : POLLIN;
            return true;
        }
    }
    /* Without TLS's own goodbye, for which curl has no call. Go takes it between two records. */
    if (!relay->closed_out)
        (void)shutdown(relay->link->fd, SHUT_WR); /* fails if the engine has gone: seen by read */
    relay->closed_out = true;
    return true;
}

static void *run(void *argument)
{
    struct relay *relay = argument;
    for (;;) {
        struct pollfd polled[2] = {{.fd = relay->link->fd}, {.fd = relay->fd}};
        if (!move_in(relay, &polled[0], &polled[1]) || !move_out(relay, &polled[0], &polled[1]))
            break;
        /* POLLHUP of the pair: the caller has closed its end altogether. */
        if ((poll(polled, 2, -1) < 0 && errno != EINTR) || (polled[1].revents & POLLHUP))
            break;
    }
    (void)close(relay->fd); /* nothing to be done about it */
    link_destroy(relay->link);
    free(relay);
    return NULL;
}

static int start_thread(struct relay *relay)
{
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, before;
    (void)pthread_attr_init(&attributes); /* these four cannot fail with sane arguments */
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void)sigfillset(&all);
    /* Signals are for the threads that expect them. */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int errnum = pthread_create(&thread, &attributes, run, relay);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return errnum;
}

bool relay_start(struct link *link, int *ret_fd, struct err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return err_errno(err, errno, "make a pair of sockets");
    struct relay *relay = xcalloc(1, sizeof(*relay));
    relay->link = link;
    relay->fd = pair[0];
    int errnum = start_thread(relay);
    if (errnum != 0) {
        (void)close(pair[0]); /* never used */
        (void)close(pair[1]);
        free(relay);
        return err_errno(err, errnum, "start the thread of a TLS stream");
    }
    *ret_fd = pair[1];
    return true;
}
