/*
 * A gRPC server on the same library that does nothing: what a Version call costs at least.
 *
 * usage: noop-server unix:///PATH        serves until it is killed
 */
#include <poll.h>
#include <stdio.h>

#include "cri/grpc/server.h"
#include "cri/listener.h"
#include "proto/api.pb-c.h"

static bool version(struct call *call, const void *in, void *out, struct err *err)
{
    (void)call, (void)in, (void)err;
    Cri__VersionResponse *response = out;
    response->version = response->runtime_version = "0";
    response->runtime_name = "noop";
    response->runtime_api_version = "v1";
    return true;
}

int main(int argc, char **argv)
{
    const struct cri_method method = {
        .service = "runtime.v1.RuntimeService",
        .name = "Version",
        .input = &cri__version_request__descriptor,
        .output = &cri__version_response__descriptor,
        .unary = version,
        .quiet = true,
    };
    struct err err = ERR_INIT;
    struct listener_options options = {.endpoint = argc == 2 ? argv[1] : ""};
    struct listener *listener = listener_create(&options, &err);
    struct server *server =
        listener != NULL
            ? server_create(&(struct server_options){.methods = &method, .method_count = 1}, &err)
            : NULL;
    if (server == NULL) {
        (void)fprintf(stderr, "noop-server: %s\n", err.text);
        return 1;
    }
    for (;;) {
        struct pollfd polled = {.fd = listener_fd(listener), .events = POLLIN};
        (void)poll(&polled, 1, -1); /* an interruption is a look too many */
        for (int fd; (fd = listener_accept(listener)) >= 0;)
            server_accept(server, fd);
    }
}
