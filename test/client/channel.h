/*
 * A gRPC client on libgrpc's C core, for tests: any method, by its name, with raw bytes in and out.
 * A unary call and a server-streaming one look the same, one answer or many.
 *
 * Every exchange has a completion queue of its own, and nothing moves on it but in
 * exchange_wait(). Threads: an exchange belongs to one thread, but exchange_cancel() may come
 * from any.
 */
#ifndef TEST_CLIENT_CHANNEL_H
#define TEST_CLIENT_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/base/err.h"

struct channel;
struct exchange;

/* "unix:///path". Connects with the first call. */
struct channel *channel_create(const char *endpoint);
void channel_destroy(struct channel *channel);

/* Sends the request. `path` is "/service/Method"; `timeout_s` below 0 means no deadline. */
struct exchange *exchange_start(struct channel *channel, const char *path, const void *bytes,
                                size_t length, double timeout_s);

void exchange_cancel(struct exchange *exchange);

/* True while no answer and no status has come. Does not block. */
bool exchange_in_flight(struct exchange *exchange);

/* One answer, borrowed. False ends the exchange by cancelling it. */
typedef bool exchange_message_fn(void *context, const void *bytes, size_t length);

/* Waits for the end. False, with code and text of the status, unless it is OK. `on_message` may be
 * NULL. */
bool exchange_wait(struct exchange *exchange, exchange_message_fn *on_message, void *context,
                   struct err *err);

/* After exchange_wait(). */
void exchange_destroy(struct exchange *exchange);

/* Both. */
bool exchange_finish(struct exchange *exchange, exchange_message_fn *on_message, void *context,
                     struct err *err);

#endif
