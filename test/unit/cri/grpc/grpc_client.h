/*
 * A client of the server under test, in the same process, over a socket pair. It sends bytes, not
 * messages, so that they may be malformed.
 *
 * Threads: one per client.
 */
#ifndef TEST_UNIT_CRI_GRPC_GRPC_CLIENT_H
#define TEST_UNIT_CRI_GRPC_GRPC_CLIENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_posix.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>

#include "cri/grpc/server.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"

struct client {
    grpc_completion_queue *queue;
    grpc_channel *channel;
};

/* One call of a client. The reply's bytes are the last message that came. */
struct client_call {
    struct client *client;
    grpc_call *grpc;
    grpc_metadata_array headers, trailers;
    grpc_status_code code;
    grpc_slice text;
    grpc_byte_buffer *received;
    uint8_t *reply;
    size_t reply_length;
    bool sent, ended, read; /* operations that are done */
};

static inline struct client *client_create(struct server *server, grpc_arg *arg)
{
    int fds[2];
    struct client *client = xcalloc(1, sizeof(*client));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    server_accept(server, fds[0]);
    grpc_init();
    grpc_arg args[3] = {
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, .value.integer = -1},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, .value.integer = -1},
    };
    grpc_channel_args all = {.num_args = 2, .args = args};
    if (arg != NULL)
        args[all.num_args++] = *arg;
    grpc_channel_credentials *credentials = grpc_insecure_credentials_create();
    client->queue = grpc_completion_queue_create_for_next(NULL);
    client->channel = grpc_channel_create_from_fd("test", fds[1], credentials, &all);
    grpc_channel_credentials_release(credentials);
    return client;
}

/* Waits until *done, as the tag of an operation, is true. */
static inline void client_wait(struct client *client, const bool *done)
{
    while (!*done) {
        grpc_event event =
            grpc_completion_queue_next(client->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
        assert_int_equal(event.type, GRPC_OP_COMPLETE);
        *(bool *)event.tag = true;
    }
}

/* All calls of the client must have been destroyed. */
static inline void client_destroy(struct client *client)
{
    grpc_channel_destroy(client->channel);
    grpc_completion_queue_shutdown(client->queue);
    while (
        grpc_completion_queue_next(client->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL).type !=
        GRPC_QUEUE_SHUTDOWN)
        ;
    grpc_completion_queue_destroy(client->queue);
    grpc_shutdown();
    free(client);
}

static inline void client_batch(const struct client_call *call, const grpc_op *ops, size_t count,
                                bool *done)
{
    assert_int_equal(grpc_call_start_batch(call->grpc, ops, count, done, NULL), GRPC_CALL_OK);
}

/* Starts a call. `bytes` NULL sends no message at all; `timeout_ns` CLOCK_NEVER is no deadline. */
static inline struct client_call *client_start(struct client *client, const char *path,
                                               const void *bytes, size_t length, int64_t timeout_ns)
{
    struct client_call *call = xcalloc(1, sizeof(*call));
    gpr_timespec deadline = timeout_ns == CLOCK_NEVER
                                ? gpr_inf_future(GPR_CLOCK_MONOTONIC)
                                : gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                               gpr_time_from_nanos(timeout_ns, GPR_TIMESPAN));
    call->client = client;
    grpc_slice method = grpc_slice_from_copied_string(path);
    call->grpc = grpc_channel_create_call(client->channel, NULL, GRPC_PROPAGATE_DEFAULTS,
                                          client->queue, method, NULL, deadline, NULL);
    grpc_slice_unref(method);
    grpc_metadata_array_init(&call->headers);
    grpc_metadata_array_init(&call->trailers);
    grpc_op end[2] = {{.op = GRPC_OP_RECV_STATUS_ON_CLIENT}, {.op = GRPC_OP_RECV_INITIAL_METADATA}};
    end[0].data.recv_status_on_client.trailing_metadata = &call->trailers;
    end[0].data.recv_status_on_client.status = &call->code;
    end[0].data.recv_status_on_client.status_details = &call->text;
    end[1].data.recv_initial_metadata.recv_initial_metadata = &call->headers;
    client_batch(call, end, 2, &call->ended);
    grpc_slice slice = grpc_slice_from_copied_buffer(bytes != NULL ? bytes : "", length);
    grpc_byte_buffer *message = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_op send[3] = {{.op = GRPC_OP_SEND_INITIAL_METADATA},
                       {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
                       {.op = GRPC_OP_SEND_MESSAGE}};
    send[2].data.send_message.send_message = message;
    client_batch(call, send, bytes != NULL ? 3 : 2, &call->sent);
    grpc_byte_buffer_destroy(message);
    grpc_slice_unref(slice);
    return call;
}

/* Reads the next message; false if there is none any more. */
static inline bool client_read(struct client_call *call)
{
    grpc_op read = {.op = GRPC_OP_RECV_MESSAGE};
    read.data.recv_message.recv_message = &call->received;
    call->read = false;
    client_batch(call, &read, 1, &call->read);
    client_wait(call->client, &call->read);
    if (call->received == NULL)
        return false;
    grpc_byte_buffer_reader reader;
    assert_true(grpc_byte_buffer_reader_init(&reader, call->received));
    grpc_slice all = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    grpc_byte_buffer_destroy(call->received);
    free(call->reply);
    call->reply_length = GRPC_SLICE_LENGTH(all);
    call->reply =
        memcpy(xmalloc(call->reply_length), GRPC_SLICE_START_PTR(all), call->reply_length);
    grpc_slice_unref(all);
    return true;
}

/* Reads what is left, without which no status comes, and returns the status. */
static inline enum code client_finish(struct client_call *call)
{
    while (client_read(call))
        ;
    client_wait(call->client, &call->sent);
    client_wait(call->client, &call->ended);
    return (enum code)call->code;
}

static inline void client_cancel(struct client_call *call)
{
    assert_int_equal(grpc_call_cancel(call->grpc, NULL), GRPC_CALL_OK);
}

/* The call must have been finished. */
static inline void client_call_destroy(struct client_call *call)
{
    grpc_call_unref(call->grpc);
    grpc_metadata_array_destroy(&call->headers);
    grpc_metadata_array_destroy(&call->trailers);
    grpc_slice_unref(call->text);
    free(call->reply);
    free(call);
}

static inline void assert_text(const struct client_call *call, const char *text)
{
    char *got = grpc_slice_to_c_string(call->text);
    assert_string_equal(got, text);
    gpr_free(got);
}

/* A whole unary call that must end with `code` and, unless NULL, `text`. */
static inline void client_expect(struct client *client, const char *path, const void *bytes,
                                 size_t length, enum code code, const char *text)
{
    struct client_call *call = client_start(client, path, bytes, length, CLOCK_NEVER);
    bool has_reply = client_read(call);
    assert_int_equal(client_finish(call), code);
    assert_int_equal(has_reply, code == CODE_OK);
    if (text != NULL)
        assert_text(call, text);
    client_call_destroy(call);
}

#endif
