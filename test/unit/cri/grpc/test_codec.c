/* codec: messages from and to gRPC's buffers; a reply that would break a client is not sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include <grpc/slice.h>

#include "cri/grpc/codec.h"
#include "proto/api.pb-c.h"
#include "shim/base/alloc.h"
#include "shim/base/cleanup.h"

static grpc_byte_buffer *write_message(const void *message)
{
    grpc_byte_buffer *buffer = NULL;
    struct err err = ERR_INIT;
    if (!codec_write(message, &buffer, &err))
        fail_msg("%s", err.text);
    return buffer;
}

static void refuses_reply(const void *message, enum code code, const char *text)
{
    grpc_byte_buffer *buffer = NULL;
    struct err err = ERR_INIT;
    assert_false(codec_write(message, &buffer, &err));
    assert_int_equal(err.code, code);
    assert_string_equal(err.text, text);
}

static void a_reply_comes_back_as_it_was(void **state)
{
    (void)state;
    Cri__VersionResponse reply = CRI__VERSION_RESPONSE__INIT;
    reply.version = "0.1.0";
    reply.runtime_name = "d\xc3\xb6"
                         "cker";
    grpc_byte_buffer *buffer = write_message(&reply);
    struct arena *arena = arena_create();
    struct err err = ERR_INIT;
    ProtobufCMessage *message;
    assert_true(codec_read(&cri__version_response__descriptor, arena, buffer, &message, &err));
    const Cri__VersionResponse *back = (const Cri__VersionResponse *)message;
    assert_string_equal(back->version, reply.version);
    assert_string_equal(back->runtime_name, reply.runtime_name);
    assert_string_equal(back->runtime_version, "");
    grpc_byte_buffer_destroy(buffer);
    arena_destroy(arena);
}

static void a_request_in_pieces_is_put_together(void **state)
{
    (void)state;
    grpc_slice slices[2] = {grpc_slice_from_copied_string("\x0a\x04v"),
                            grpc_slice_from_copied_string("1.0")};
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(slices, 2);
    struct arena *arena = arena_create();
    struct err err = ERR_INIT;
    ProtobufCMessage *message;
    assert_true(codec_read(&cri__version_request__descriptor, arena, buffer, &message, &err));
    assert_string_equal(((const Cri__VersionRequest *)message)->version, "v1.0");
    grpc_byte_buffer_destroy(buffer);
    arena_destroy(arena);
    grpc_slice_unref(slices[0]);
    grpc_slice_unref(slices[1]);
}

static void a_reply_with_bad_text_is_ours_to_answer_for(void **state)
{
    (void)state;
    Cri__Container good = CRI__CONTAINER__INIT, bad = CRI__CONTAINER__INIT;
    good.id = "a";
    bad.image_ref = "caf\xe9";
    Cri__Container *list[] = {&good, &bad};
    Cri__ListContainersResponse reply = CRI__LIST_CONTAINERS_RESPONSE__INIT;
    reply.n_containers = 2;
    reply.containers = list;
    refuses_reply(&reply, CODE_INTERNAL, "reply: containers[1].image_ref is not valid UTF-8");
    list[1] = NULL;
    refuses_reply(&reply, CODE_INTERNAL, "reply: ListContainersResponse holds a NULL element");
}

static void a_reply_that_no_client_takes_is_not_sent(void **state)
{
    (void)state;
    auto_free uint8_t *output = xcalloc(CODEC_MESSAGE_MAX_BYTES, 1);
    Cri__ExecSyncResponse reply = CRI__EXEC_SYNC_RESPONSE__INIT;
    reply.stdout.data = output;
    reply.stdout.len = CODEC_MESSAGE_MAX_BYTES - 5; /* and a tag and a length of four bytes */
    grpc_byte_buffer_destroy(write_message(&reply));
    reply.stdout.len++;
    refuses_reply(&reply, CODE_RESOURCE_EXHAUSTED,
                  "the reply has 16777217 bytes, more than the limit of 16777216");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_comes_back_as_it_was),
        cmocka_unit_test(a_request_in_pieces_is_put_together),
        cmocka_unit_test(a_reply_with_bad_text_is_ours_to_answer_for),
        cmocka_unit_test(a_reply_that_no_client_takes_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
