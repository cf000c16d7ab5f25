/* The server's side of HTTP/1.1, as little of it as the fake engine needs. */
#ifndef TEST_TRANSCRIPT_HTTP_H
#define TEST_TRANSCRIPT_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "shim/base/arena.h"
#include "test/transcript/script.h"

struct http_request {
    const char *method, *target;
    const char *head; /* all header lines */
    const char *body; /* NUL-terminated behind its length */
    size_t body_length;
};

/* Reads one request but for its last byte, which http_request_finish() takes: a connection that is
 * closed with unread bytes is reset. False if the client has gone. Everything lives in the arena.
 */
bool http_request_read(struct arena *arena, int fd, struct http_request *ret_request);
void http_request_finish(int fd);

/* The value of a header, in the arena; NULL if there is none. */
const char *http_header(struct arena *arena, const struct http_request *request, const char *name);

/* True if the target is what a script wrote: the path byte by byte, the query's parameters in any
 * order, percent-decoded, JSON as JSON. */
bool http_target_matches(struct arena *arena, const char *wanted, const char *got);

/* One document of a stream: a line, in a chunk of its own. */
void http_send_document(struct arena *arena, int fd, json_t *document);

void http_send(int fd, const void *bytes, size_t length);

/* Plays a reply. False if the connection is not to be used again. Hanging is the caller's. */
bool http_play(struct arena *arena, int fd, const struct reply *reply, const char *api_version);

#endif
