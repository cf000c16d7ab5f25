/*
 * cri-malformed: thousands of requests that no client would send, over all methods, and connections
 * that do not even speak HTTP/2. Every call must get an answer with a code; INVALID_ARGUMENT must
 * name the field; and the daemon must answer Version afterwards.
 *
 * usage: cri-malformed ENDPOINT COUNT [SEED [SANDBOX_ID CONTAINER_ID]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "proto/api.pb-c.h"
#include "shim/base/cleanup.h"
#include "test/client/channel.h"
#include "test/client/mutation.h"
#include "test/client/rpc.h"

static const double MOMENT_S = 0.1, LIMIT_S = 60;
enum {
    IN_FLIGHT = 16,
    RAW_CONNECTIONS = 64,
    COMPLAINTS_MAX = 20,
    CODE_COUNT = CODE_UNAUTHENTICATED + 1
};

struct sender {
    struct mutation mutation;
    struct channel *channel;
    struct arena *arena; /* of the batch in flight */
    const char *sandbox_id, *container_id;
    long answers[CODE_COUNT];
    long bad;
};

static struct rpc rpc_number(unsigned number)
{
    const ProtobufCServiceDescriptor *services[] = {&cri__runtime_service__descriptor,
                                                    &cri__image_service__descriptor};
    number %= services[0]->n_methods + services[1]->n_methods;
    int service = number >= services[0]->n_methods;
    return (struct rpc){
        .service = services[service],
        .method = &services[service]->methods[service ? number - services[0]->n_methods : number]};
}

/* "container_id", or in words: "container id". */
static bool says(const char *text, const char *field)
{
    for (; *text != '\0'; text++) {
        size_t length = 0;
        while (field[length] != '\0' &&
               (text[length] == field[length] || (field[length] == '_' && text[length] == ' ')))
            length++;
        if (field[length] == '\0')
            return true;
    }
    return false;
}

/* Whether the text says a field of the type or of a message in it. */
static bool names_field(const ProtobufCMessageDescriptor *type, const char *text, int depth)
{
    for (unsigned i = 0; depth < 12 && i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (says(text, field->name) || (field->type == PROTOBUF_C_TYPE_MESSAGE &&
                                        names_field(field->descriptor, text, depth + 1)))
            return true;
    }
    return false;
}

/* What has no name is called by its number or place: "field 99 of config", "byte 3 of X". */
static bool names_place(const ProtobufCMessageDescriptor *type, const char *text)
{
    return names_field(type, text, 0) || strstr(text, "field ") != NULL ||
           strstr(text, "byte ") != NULL;
}

/* Things that would come true, or reach beyond this machine, are kept from doing so: later values
 * of a field replace earlier ones. */
static void make_harmless(const struct rpc *rpc, struct buf *bytes)
{
    static const char HANDLER[] = "no-such-handler", IMAGE[] = "127.0.0.1:1/none:1";
    if (strcmp(rpc->method->name, "RunPodSandbox") == 0)
        mutation_append_field(bytes, 2, HANDLER, sizeof(HANDLER) - 1);
    if (strcmp(rpc->method->name, "PullImage") == 0) {
        struct buf image;
        buf_init(&image, sizeof(IMAGE) + 8);
        mutation_append_field(&image, 1, IMAGE, sizeof(IMAGE) - 1);
        mutation_append_field(bytes, 1, image.data, image.length);
        buf_done(&image);
    }
}

/* Existing ids go to calls that leave what they name in place. */
static bool may_have_ids(const char *method)
{
    static const char *const METHODS[] = {"CreateContainer", "ContainerStatus", "PodSandboxStatus",
                                          "UpdateContainerResources", "ReopenContainerLog"};
    for (size_t i = 0; i < sizeof(METHODS) / sizeof(METHODS[0]); i++)
        if (strcmp(method, METHODS[i]) == 0)
            return true;
    return false;
}

/* A stream without an end is left after a moment, answered or not. */
static bool is_endless(const struct rpc *rpc)
{
    return strcmp(rpc->method->name, "GetContainerEvents") == 0;
}

static struct exchange *send_one(struct sender *sender, const struct rpc *rpc)
{
    bool ids = may_have_ids(rpc->method->name);
    sender->mutation.sandbox_id = ids ? sender->sandbox_id : NULL;
    sender->mutation.container_id = ids ? sender->container_id : NULL;
    struct buf bytes;
    buf_init(&bytes, 8 << 20);
    mutation_make(&sender->mutation, rpc->method->input, &bytes);
    make_harmless(rpc, &bytes);
    struct exchange *exchange =
        exchange_start(sender->channel, rpc_path(sender->arena, rpc), bytes.data, bytes.length,
                       is_endless(rpc) ? MOMENT_S : LIMIT_S);
    buf_done(&bytes);
    return exchange;
}

static void judge(struct sender *sender, const struct rpc *rpc, struct exchange *exchange)
{
    struct err err = ERR_INIT;
    const char *complaint = NULL;
    (void)exchange_finish(exchange, NULL, NULL, &err); /* err tells */
    if ((unsigned)err.code >= CODE_COUNT)
        complaint = "has no such code";
    else
        sender->answers[err.code]++;
    if (err.code == CODE_UNAVAILABLE || (err.code == CODE_DEADLINE_EXCEEDED && !is_endless(rpc)))
        complaint = "was not answered";
    if (err.code == CODE_INTERNAL)
        complaint = "broke something inside";
    if (err.code == CODE_INVALID_ARGUMENT && rpc->method->input->n_fields > 0 &&
        !names_place(rpc->method->input, err.text))
        complaint = "names no field";
    if (complaint != NULL) {
        if (sender->bad++ < COMPLAINTS_MAX)
            printf("# %s %s: %s %s\n", rpc->method->name, complaint, code_name(err.code), err.text);
    }
}

static void send_all(struct sender *sender, unsigned count)
{
    for (unsigned sent = 0; sent < count; sent += IN_FLIGHT) {
        struct rpc rpcs[IN_FLIGHT];
        struct exchange *exchanges[IN_FLIGHT];
        unsigned batch = count - sent < IN_FLIGHT ? count - sent : IN_FLIGHT;
        sender->arena = arena_create();
        for (unsigned i = 0; i < batch; i++) {
            rpcs[i] = rpc_number(sent + i);
            exchanges[i] = send_one(sender, &rpcs[i]);
        }
        for (unsigned i = 0; i < batch; i++)
            judge(sender, &rpcs[i], exchanges[i]);
        arena_destroy(sender->arena);
    }
}

/* Bytes that are not HTTP/2, on connections of their own. */
static bool send_raw(struct sender *sender, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path))
        return false;
    memcpy(address.sun_path, path, strlen(path) + 1);
    for (int i = 0; i < RAW_CONNECTIONS; i++) {
        auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
            return false;
        char bytes[512];
        for (size_t at = 0; at < sizeof(bytes); at++)
            bytes[at] = (char)mutation_random(&sender->mutation, 256);
        const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        if (i % 2 == 0) /* the daemon may close at once: then there is no one left to send to */
            (void)send(fd, preface, sizeof(preface) - 1, MSG_NOSIGNAL);
        (void)send(fd, bytes, mutation_random(&sender->mutation, sizeof(bytes)), MSG_NOSIGNAL);
    }
    return true;
}

static bool is_alive(struct channel *channel)
{
    struct err err = ERR_INIT;
    struct exchange *exchange =
        exchange_start(channel, "/runtime.v1.RuntimeService/Version", NULL, 0, LIMIT_S);
    if (exchange_finish(exchange, NULL, NULL, &err))
        return true;
    printf("# Version afterwards: %s %s\n", code_name(err.code), err.text);
    return false;
}

int main(int argc, char **argv)
{
    if (argc < 3 || strncmp(argv[1], "unix://", 7) != 0) {
        (void)fputs("usage: cri-malformed unix:///PATH COUNT [SEED [SANDBOX_ID CONTAINER_ID]]\n",
                    stderr);
        return 2;
    }
    struct sender sender = {
        .mutation.state = argc > 3 ? strtoull(argv[3], NULL, 0) | 1 : 20261,
        .sandbox_id = argc > 5 ? argv[4] : NULL,
        .container_id = argc > 5 ? argv[5] : NULL,
        .channel = channel_create(argv[1]),
    };
    send_all(&sender, (unsigned)strtoul(argv[2], NULL, 10));
    bool reached = send_raw(&sender, argv[1] + 7);
    struct channel *fresh = channel_create(argv[1]);
    bool alive = reached && is_alive(sender.channel) && is_alive(fresh);
    channel_destroy(fresh);
    channel_destroy(sender.channel);
    for (int code = 0; code < CODE_COUNT; code++)
        if (sender.answers[code] > 0)
            printf("# %ld x %s\n", sender.answers[code], code_name((enum code)code));
    printf("# %ld bad answers; the daemon is %s\n", sender.bad, alive ? "alive" : "not alive");
    return sender.bad == 0 && alive ? 0 : 1;
}
