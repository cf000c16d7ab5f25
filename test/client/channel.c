#include "test/client/channel.h"

#include <stdlib.h>

#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/time.h>

#include "shim/base/alloc.h"

enum { MESSAGE_MAX = 32 << 20 };

struct channel {
    grpc_channel *channel;
};

struct exchange {
    grpc_completion_queue *queue;
    grpc_call *call;
    grpc_metadata_array first_metadata, last_metadata;
    grpc_status_code status;
    grpc_slice details;
    grpc_byte_buffer *message;
    int left;          /* batches that have not come back */
    bool message_came; /* `message` waits to be taken; NULL if there will be none */
};

struct channel *channel_create(const char *endpoint)
{
    struct channel *channel = xcalloc(1, sizeof(*channel));
    grpc_init();
    /* Every channel gets connections of its own, and an answer of any size is taken. */
    char receive_max[] = GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH;
    char send_max[] = GRPC_ARG_MAX_SEND_MESSAGE_LENGTH;
    char local_pool[] = GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL;
    grpc_arg args[] = {
        {.type = GRPC_ARG_INTEGER, .key = receive_max, .value.integer = MESSAGE_MAX},
        {.type = GRPC_ARG_INTEGER, .key = send_max, .value.integer = MESSAGE_MAX},
        {.type = GRPC_ARG_INTEGER, .key = local_pool, .value.integer = 1},
    };
    const grpc_channel_args channel_args = {sizeof(args) / sizeof(args[0]), args};
    grpc_channel_credentials *credentials = grpc_insecure_credentials_create();
    channel->channel = grpc_channel_create(endpoint, credentials, &channel_args);
    grpc_channel_credentials_release(credentials);
    return channel;
}

void channel_destroy(struct channel *channel)
{
    if (channel == NULL)
        return;
    grpc_channel_destroy(channel->channel);
    free(channel);
    grpc_shutdown_blocking();
}

static void start_batch(struct exchange *exchange, const grpc_op *ops, size_t count, void *tag)
{
    /* Fails only on a wrong use of the library. */
    if (grpc_call_start_batch(exchange->call, ops, count, tag, NULL) != GRPC_CALL_OK)
        abort();
}

/* The tags of the batches, told apart by address. */
static char sent_tag, received_tag, status_tag;

static void ask_message(struct exchange *exchange)
{
    const grpc_op op = {.op = GRPC_OP_RECV_MESSAGE,
                        .data.recv_message.recv_message = &exchange->message};
    start_batch(exchange, &op, 1, &received_tag);
    exchange->left++;
}

struct exchange *exchange_start(struct channel *channel, const char *path, const void *bytes,
                                size_t length, double timeout_s)
{
    struct exchange *exchange = xcalloc(1, sizeof(*exchange));
    exchange->queue = grpc_completion_queue_create_for_next(NULL);
    gpr_timespec deadline = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    if (timeout_s >= 0)
        deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                gpr_time_from_nanos((int64_t)(timeout_s * 1e9), GPR_TIMESPAN));
    grpc_slice method = grpc_slice_from_copied_string(path);
    exchange->call = grpc_channel_create_call(channel->channel, NULL, GRPC_PROPAGATE_DEFAULTS,
                                              exchange->queue, method, NULL, deadline, NULL);
    grpc_slice_unref(method);
    grpc_metadata_array_init(&exchange->first_metadata);
    grpc_metadata_array_init(&exchange->last_metadata);

    grpc_slice request = grpc_slice_from_copied_buffer(length > 0 ? bytes : "", length);
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&request, 1);
    const grpc_op status = {
        .op = GRPC_OP_RECV_STATUS_ON_CLIENT,
        .data.recv_status_on_client = {.trailing_metadata = &exchange->last_metadata,
                                       .status = &exchange->status,
                                       .status_details = &exchange->details},
    };
    const grpc_op send[] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = buffer},
        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
        {.op = GRPC_OP_RECV_INITIAL_METADATA,
         .data.recv_initial_metadata.recv_initial_metadata = &exchange->first_metadata},
    };
    start_batch(exchange, &status, 1, &status_tag);
    start_batch(exchange, send, sizeof(send) / sizeof(send[0]), &sent_tag);
    exchange->left += 2;
    ask_message(exchange);
    grpc_byte_buffer_destroy(buffer);
    grpc_slice_unref(request);
    return exchange;
}

void exchange_cancel(struct exchange *exchange)
{
    (void)grpc_call_cancel(exchange->call, NULL); /* one that has ended cannot be cancelled */
}

/* Waits for the next thing to happen. False if nothing does before `deadline`. */
static bool step(struct exchange *exchange, gpr_timespec deadline)
{
    grpc_event event = grpc_completion_queue_next(exchange->queue, deadline, NULL);
    if (event.type != GRPC_OP_COMPLETE)
        return false;
    exchange->left--;
    exchange->message_came = event.tag == &received_tag;
    return true;
}

bool exchange_in_flight(struct exchange *exchange)
{
    while (!exchange->message_came && exchange->left > 0 &&
           step(exchange, gpr_inf_past(GPR_CLOCK_REALTIME))) {
    }
    return !exchange->message_came && exchange->left > 0;
}

/* Hands on the answer that has come, if it is one, and asks for the next one. */
static void take_message(struct exchange *exchange, exchange_message_fn *on_message, void *context)
{
    exchange->message_came = false;
    if (exchange->message == NULL)
        return;
    grpc_byte_buffer_reader reader;
    if (!grpc_byte_buffer_reader_init(&reader, exchange->message))
        abort();
    grpc_slice slice = grpc_byte_buffer_reader_readall(&reader);
    if (on_message != NULL &&
        !on_message(context, GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice)))
        exchange_cancel(exchange);
    grpc_slice_unref(slice);
    grpc_byte_buffer_reader_destroy(&reader);
    grpc_byte_buffer_destroy(exchange->message);
    exchange->message = NULL;
    ask_message(exchange);
}

void exchange_destroy(struct exchange *exchange)
{
    grpc_call_unref(exchange->call);
    grpc_completion_queue_shutdown(exchange->queue);
    while (grpc_completion_queue_next(exchange->queue, gpr_inf_future(GPR_CLOCK_REALTIME), NULL)
               .type != GRPC_QUEUE_SHUTDOWN) {
    }
    grpc_completion_queue_destroy(exchange->queue);
    grpc_metadata_array_destroy(&exchange->first_metadata);
    grpc_metadata_array_destroy(&exchange->last_metadata);
    grpc_slice_unref(exchange->details);
    free(exchange);
}

bool exchange_wait(struct exchange *exchange, exchange_message_fn *on_message, void *context,
                   struct err *err)
{
    while (exchange->left > 0 || exchange->message_came) {
        if (exchange->message_came)
            take_message(exchange, on_message, context);
        else
            (void)step(exchange, gpr_inf_future(GPR_CLOCK_REALTIME)); /* it always happens */
    }
    return exchange->status == GRPC_STATUS_OK ||
           err_set(err, (enum code)exchange->status, "%.*s",
                   (int)GRPC_SLICE_LENGTH(exchange->details),
                   (const char *)GRPC_SLICE_START_PTR(exchange->details));
}

bool exchange_finish(struct exchange *exchange, exchange_message_fn *on_message, void *context,
                     struct err *err)
{
    bool ok = exchange_wait(exchange, on_message, context, err);
    exchange_destroy(exchange);
    return ok;
}
