/*
 * Malformed requests of every method, made up from its descriptor: one fault each, somewhere in an
 * otherwise good message. Each must be refused with INVALID_ARGUMENT and the path of the fault, by
 * the codec and by a server; and the same messages without the fault must be taken.
 */
#include "test/unit/cri/grpc/grpc_client.h"
#include "test/unit/cri/grpc/malformed_message.h"

#include "cri/grpc/codec.h"
#include "proto/api.pb-c.h"
#include "shim/base/log.h"

enum {
    METHODS = 43,
    PER_METHOD = 300,
    PER_METHOD_SERVED = 50,
};

static const ProtobufCServiceDescriptor *const services[] = {&cri__runtime_service__descriptor,
                                                             &cri__image_service__descriptor};

static void assert_names(const char *text, const char *path)
{
    size_t length = strlen(path);
    if (strncmp(text, path, length) != 0 || text[length] != ' ')
        fail_msg("\"%s\" does not name %s", text, path);
}

/* Of the services' requests one after the other; NULL at the end. */
static const ProtobufCMethodDescriptor *method_at(unsigned index, const char **ret_service)
{
    for (size_t s = 0; s < sizeof(services) / sizeof(services[0]); s++) {
        *ret_service = services[s]->name;
        if (index < services[s]->n_methods)
            return &services[s]->methods[index];
        index -= services[s]->n_methods;
    }
    return NULL;
}

static void every_malformed_request_is_refused_by_name(void **state)
{
    (void)state;
    const char *service;
    unsigned methods = 0;
    seed = 88172645463325252;
    for (const ProtobufCMethodDescriptor *m; (m = method_at(methods, &service)) != NULL; methods++)
        for (int i = 0; i < PER_METHOD; i++) {
            struct arena *arena = arena_create();
            struct err err = ERR_INIT;
            ProtobufCMessage *message;
            struct buf buf;
            char path[PATH_SIZE] = "";
            buf_init(&buf, MESSAGE_MAX);
            put_bad_message(&buf, m->input, 0, path);
            assert_false(codec_unpack(m->input, arena, buf.data, buf.length, &message, &err));
            assert_int_equal(err.code, CODE_INVALID_ARGUMENT);
            assert_names(err.text, path);
            buf_done(&buf);
            arena_destroy(arena);
        }
    assert_int_equal(methods, METHODS);
}

static void every_good_request_is_taken(void **state)
{
    (void)state;
    const char *service;
    unsigned methods = 0;
    seed = 1234567;
    for (const ProtobufCMethodDescriptor *m; (m = method_at(methods, &service)) != NULL; methods++)
        for (int i = 0; i < PER_METHOD; i++) {
            struct arena *arena = arena_create();
            struct err err = ERR_INIT;
            ProtobufCMessage *message;
            struct buf buf;
            buf_init(&buf, MESSAGE_MAX);
            put_good_message(&buf, m->input, 0);
            if (!codec_unpack(m->input, arena, buf.data, buf.length, &message, &err))
                fail_msg("%s: %s", m->name, err.text);
            buf_done(&buf);
            arena_destroy(arena);
        }
    assert_int_equal(methods, METHODS);
}

static bool never_called(struct call *call, const void *in, void *out, struct err *err)
{
    (void)call;
    (void)in;
    (void)out;
    return err_set(err, CODE_DATA_LOSS, "a malformed request reached the handler");
}

static void expect_refusal(struct client *client, const struct cri_method *method)
{
    struct buf buf;
    char name[PATH_SIZE], path[PATH_SIZE] = "";
    buf_init(&buf, MESSAGE_MAX);
    put_bad_message(&buf, method->input, 0, path);
    (void)snprintf(name, sizeof(name), "/%s/%s", method->service, method->name);
    struct client_call *call = client_start(client, name, buf.data, buf.length, CLOCK_NEVER);
    assert_int_equal(client_finish(call), CODE_INVALID_ARGUMENT);
    char *text = grpc_slice_to_c_string(call->text);
    assert_names(text, path);
    gpr_free(text);
    client_call_destroy(call);
    buf_done(&buf);
}

static void a_server_refuses_them_and_lives_on(void **state)
{
    (void)state;
    static struct cri_method methods[METHODS];
    for (unsigned i = 0; i < METHODS; i++) {
        struct cri_method *method = &methods[i];
        const ProtobufCMethodDescriptor *m = method_at(i, &method->service);
        assert_non_null(m);
        method->name = m->name;
        method->input = m->input;
        method->output = m->output;
        method->unary = never_called;
    }
    struct server_options options = {.methods = methods, .method_count = METHODS};
    struct err err = ERR_INIT;
    struct server *server = server_create(&options, &err);
    assert_non_null(server);
    struct client *client = client_create(server, NULL);
    seed = 362436069;
    for (int i = 0; i < PER_METHOD_SERVED; i++)
        for (unsigned m = 0; m < METHODS; m++)
            expect_refusal(client, &methods[m]);
    /* A good one still gets through to its handler. */
    client_expect(client, "/runtime.v1.RuntimeService/Version", "\x0a\x02v1", 4, CODE_DATA_LOSS,
                  "a malformed request reached the handler");
    client_destroy(client);
    server_destroy(server, 60 * NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_malformed_request_is_refused_by_name),
        cmocka_unit_test(every_good_request_is_taken),
        cmocka_unit_test(a_server_refuses_them_and_lives_on),
    };
    log_level_set(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
