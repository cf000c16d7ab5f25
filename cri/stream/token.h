/*
 * Requests that wait for their client. A token is 128 random bits, good for one use within a
 * minute; what is found is taken out. Nothing here logs: a token is a key.
 */
#ifndef CRI_STREAM_TOKEN_H
#define CRI_STREAM_TOKEN_H

#include "cri/streaming.h"

enum { TOKEN_LENGTH = 32, TOKEN_MAX_WAITING = 1000 };

struct token_table;

struct token_table *token_table_create(void);
void token_table_destroy(struct token_table *table);

/* A request that was handed over: free it with pending_destroy(). */
struct pending {
    struct arena *arena; /* owns the request */
    struct stream_request request;
};
void pending_destroy(struct pending *pending); /* NULL is allowed */

/* Copies the request and waits for its client from `now_ns` on. ret_token is NUL-terminated.
 * RESOURCE_EXHAUSTED when the table is full. Threads: any. */
bool token_put(struct token_table *table, const struct stream_request *request, int64_t now_ns,
               char ret_token[TOKEN_LENGTH + 1], struct err *err);

/* The request of a token and kind; NULL if it is unknown, used up or too old. Its time tells
 * nothing about the tokens that exist. Threads: any. */
struct pending *token_take(struct token_table *table, enum stream_kind kind, const char *token,
                           int64_t now_ns);

#endif
