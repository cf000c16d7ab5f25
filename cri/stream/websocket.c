#include "cri/stream/websocket.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <wslay/wslay.h>

#include "shim/base/alloc.h"
#include "shim/base/base64.h"

struct websocket {
    const struct websocket_events *events;
    void *context;
    wslay_event_context_ptr receiver; /* also sends what the protocol itself answers */
    wslay_frame_context_ptr sender;   /* messages: the receiver would copy each of them */
    const char *bytes;                /* that are being fed */
    size_t length;
    bool in_message; /* the frame under way carries a message, not control */
    bool begins, empty;
    bool close_sent;
};

static ssize_t receive_bytes(wslay_event_context_ptr receiver, uint8_t *bytes, size_t length,
                             int flags, void *argument)
{
    (void)flags;
    struct websocket *websocket = argument;
    if (websocket->length == 0) {
        wslay_event_set_error(receiver, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    size_t count = length < websocket->length ? length : websocket->length;
    memcpy(bytes, websocket->bytes, count);
    websocket->bytes += count;
    websocket->length -= count;
    return (ssize_t)count;
}

static ssize_t send_bytes(const uint8_t *bytes, size_t length, int flags, void *argument)
{
    (void)flags;
    struct websocket *websocket = argument;
    websocket->events->send(websocket->context, (const char *)bytes, length);
    return (ssize_t)length;
}

static ssize_t answer_bytes(wslay_event_context_ptr receiver, const uint8_t *bytes, size_t length,
                            int flags, void *argument)
{
    (void)receiver;
    return send_bytes(bytes, length, flags, argument);
}

static void frame_begins(wslay_event_context_ptr receiver,
                         const struct wslay_event_on_frame_recv_start_arg *frame, void *argument)
{
    (void)receiver;
    struct websocket *websocket = argument;
    websocket->in_message = !wslay_is_ctrl_frame(frame->opcode);
    if (!websocket->in_message || frame->opcode == WSLAY_CONTINUATION_FRAME)
        return;
    websocket->begins = websocket->empty = true;
}

static void frame_piece(wslay_event_context_ptr receiver,
                        const struct wslay_event_on_frame_recv_chunk_arg *piece, void *argument)
{
    (void)receiver;
    struct websocket *websocket = argument;
    if (!websocket->in_message || piece->data_length == 0)
        return;
    bool begins = websocket->begins;
    websocket->begins = websocket->empty = false;
    websocket->events->piece(websocket->context, (const char *)piece->data, piece->data_length,
                             begins);
}

static void message_ends(wslay_event_context_ptr receiver,
                         const struct wslay_event_on_msg_recv_arg *message, void *argument)
{
    (void)receiver;
    struct websocket *websocket = argument;
    if (message->opcode == WSLAY_CONNECTION_CLOSE)
        websocket->events->close(websocket->context);
    else if (!wslay_is_ctrl_frame(message->opcode) && websocket->empty)
        websocket->events->piece(websocket->context, "", 0, true);
}

struct websocket *websocket_create(const struct websocket_events *events, void *context)
{
    static const struct wslay_event_callbacks RECEIVER = {
        .recv_callback = receive_bytes,
        .send_callback = answer_bytes,
        .on_frame_recv_start_callback = frame_begins,
        .on_frame_recv_chunk_callback = frame_piece,
        .on_msg_recv_callback = message_ends,
    };
    static const struct wslay_frame_callbacks SENDER = {.send_callback = send_bytes};
    struct websocket *websocket = xcalloc(1, sizeof(*websocket));
    websocket->events = events;
    websocket->context = context;
    if (wslay_event_context_server_init(&websocket->receiver, &RECEIVER, websocket) != 0 ||
        wslay_frame_context_init(&websocket->sender, &SENDER, websocket) != 0)
        alloc_failed();
    wslay_event_config_set_no_buffering(websocket->receiver, 1);
    return websocket;
}

void websocket_destroy(struct websocket *websocket)
{
    if (websocket == NULL)
        return;
    wslay_event_context_free(websocket->receiver);
    wslay_frame_context_free(websocket->sender);
    free(websocket);
}

bool websocket_feed(struct websocket *websocket, const char *bytes, size_t length, struct err *err)
{
    websocket->bytes = bytes;
    websocket->length = length;
    int result = wslay_event_recv(websocket->receiver);
    /* Answers to pings and to a close, or the close frame that names the client's mistake. */
    if (!websocket->close_sent && wslay_event_want_write(websocket->receiver))
        (void)wslay_event_send(websocket->receiver); /* our callback cannot fail */
    websocket->close_sent |= wslay_event_get_close_sent(websocket->receiver) != 0;
    bool broken = result != 0 || (!wslay_event_get_read_enabled(websocket->receiver) &&
                                  !wslay_event_get_close_received(websocket->receiver));
    return !broken ||
           err_set(err, CODE_INVALID_ARGUMENT, "the client breaks the WebSocket protocol");
}

void websocket_send(struct websocket *websocket, bool text, const char *head, size_t head_length,
                    const char *bytes, size_t length)
{
    if (websocket->close_sent)
        return;
    struct wslay_frame_iocb frame = {
        .fin = 1,
        .opcode = text ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME,
        .payload_length = head_length + length,
        .data = (const uint8_t *)head,
        .data_length = head_length,
    };
    /* Our callback takes everything, so each call sends its part whole. */
    (void)wslay_frame_send(websocket->sender, &frame);
    if (length == 0)
        return;
    frame.data = (const uint8_t *)bytes;
    frame.data_length = length;
    (void)wslay_frame_send(websocket->sender, &frame);
}

void websocket_probe(struct websocket *websocket)
{
    struct wslay_frame_iocb frame = {.fin = 1, .opcode = WSLAY_PONG};
    if (!websocket->close_sent)
        (void)wslay_frame_send(websocket->sender, &frame); /* our callback takes everything */
}

void websocket_close(struct websocket *websocket)
{
    if (websocket->close_sent)
        return;
    (void)wslay_event_queue_close(websocket->receiver, WSLAY_CODE_NORMAL_CLOSURE, NULL, 0);
    (void)wslay_event_send(websocket->receiver); /* our callback cannot fail */
    websocket->close_sent = true;
}

bool websocket_accept(const char *key, char ret_accept[WEBSOCKET_ACCEPT_MAX], struct err *err)
{
    enum { KEY_LENGTH = 24, DIGEST_BYTES = 20 };
    char text[KEY_LENGTH + 37];
    unsigned char digest[DIGEST_BYTES];
    if (strlen(key) != KEY_LENGTH)
        return err_set(err, CODE_INVALID_ARGUMENT, "Sec-WebSocket-Key is not 16 bytes in base64");
    int length = snprintf(text, sizeof(text), "%s%s", key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    int result = gnutls_hash_fast(GNUTLS_DIG_SHA1, text, (size_t)length, digest);
    if (result != 0)
        return err_set(err, CODE_INTERNAL, "SHA-1: %s", gnutls_strerror(result));
    struct arena *arena = arena_create();
    (void)snprintf(ret_accept, WEBSOCKET_ACCEPT_MAX, "%s",
                   base64_encode(arena, digest, sizeof(digest)));
    arena_destroy(arena);
    return true;
}
