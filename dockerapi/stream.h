/*
 * A hijacked connection: after the head of the engine's answer its bytes are a process's input and
 * output. A caller would get `early` wrong: it comes before what is read from `fd`.
 */
#ifndef DOCKERAPI_STREAM_H
#define DOCKERAPI_STREAM_H

#include <stddef.h>

/* Both belong to the caller, who calls docker_stream_done(). shutdown(fd, SHUT_WR) ends the
 * process's input. */
struct docker_stream {
    int fd;      /* a socket, blocking, close-on-exec */
    char *early; /* bytes that came with the head; NULL if there are none */
    size_t early_length;
};

/* May be called on a zeroed one with fd -1, and again. */
void docker_stream_done(struct docker_stream *stream);

#endif
