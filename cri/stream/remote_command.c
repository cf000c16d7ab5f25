#include "cri/stream/command.h"

#include <stdlib.h>
#include <string.h>

#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"

enum { EARLY_INPUT_MAX = 256 * 1024 }; /* before the process runs */

static void on_end(struct session *session, const char *why)
{
    log_debug("a stream session is ended: %s", why);
    command_go((struct command *)session);
}

static bool is_complete(const struct command *command)
{
    for (enum channel_role role = 0; role < ROLE_COUNT; role++)
        if (command->channels[role].wanted && !command->channels[role].open)
            return false;
    return true;
}

static bool is_channel(const struct command *command, enum channel_role role, uint32_t channel)
{
    return command->channels[role].open && command->channels[role].number == channel;
}

static bool is_in_use(const struct command *command, uint32_t channel)
{
    for (enum channel_role role = 0; role < ROLE_COUNT; role++)
        if (is_channel(command, role, channel))
            return true;
    return false;
}

static void on_open(void *context, uint32_t channel, const struct spdy_headers *headers)
{
    static const char *const NAMES[ROLE_COUNT] = {"stdin", "stdout", "stderr", "error", "resize"};
    struct command *command = context;
    const char *type = spdy_headers_get(headers, "streamtype");
    for (enum channel_role role = 0; role < ROLE_COUNT; role++) {
        if (strcmp(type, NAMES[role]) != 0 || !command->channels[role].wanted ||
            command->channels[role].open || is_in_use(command, channel))
            continue;
        command->channels[role].open = true;
        command->channels[role].number = channel;
        peer_accept(command->session.peer, channel);
        if (command->state == STATE_OPENING && is_complete(command))
            command_start(command);
        return;
    }
    peer_reset(command->session.peer, channel);
}

static void on_data(void *context, uint32_t channel, const char *bytes, size_t length)
{
    struct command *command = context;
    if (is_channel(command, ROLE_RESIZE, channel)) {
        command->size_waits |= terminal_size_feed(&command->size, bytes, length);
        command_resize(command);
        return;
    }
    if (!is_channel(command, ROLE_STDIN, channel) || command->input_ended)
        return;
    if (command->state == STATE_RUNNING) {
        wire_write(command->wire, bytes, length);
        if (wire_is_full(command->wire))
            peer_read(command->session.peer, false);
    } else if (command->state <= STATE_STARTING &&
               !buf_append(&command->early_input, bytes, length)) {
        on_end(&command->session, "too much input before the start");
    }
}

static void on_finish(void *context, uint32_t channel)
{
    struct command *command = context;
    if (!is_channel(command, ROLE_STDIN, channel))
        return;
    command->input_ended = true;
    if (command->state == STATE_RUNNING)
        wire_finish(command->wire);
}

static void on_drained(void *context)
{
    struct command *command = context;
    if (command->wire != NULL)
        wire_read(command->wire, true);
}

static void on_gone(void *context)
{
    command_go(context);
}

static void begin_websocket(struct command *command)
{
    for (enum channel_role role = 0; role < ROLE_COUNT; role++) {
        command->channels[role].open = command->channels[role].wanted;
        command->channels[role].number = role;
    }
    enum channel_role first = command->channels[ROLE_STDOUT].wanted   ? ROLE_STDOUT
                              : command->channels[ROLE_STDERR].wanted ? ROLE_STDERR
                                                                      : ROLE_ERROR;
    /* An empty message tells the client that the connection stands. */
    peer_send(command->session.peer, first, "", 0);
    command_start(command);
}

void remote_command_start(struct session_host *host, const struct session_start *start)
{
    static const struct peer_events EVENTS = {
        .open = on_open,
        .data = on_data,
        .finish = on_finish,
        .reset = on_finish, /* a stream that the client gave up is one that it has finished */
        .drained = on_drained,
        .gone = on_gone,
    };
    struct command *command = xcalloc(1, sizeof(*command));
    const struct stream_request *request = &start->pending->request;
    command->pending = start->pending;
    command->request = request;
    command->protocol = start->protocol;
    command->process.fd = -1;
    command->channels[ROLE_STDIN].wanted = request->want_stdin;
    command->channels[ROLE_STDOUT].wanted = request->want_stdout;
    command->channels[ROLE_STDERR].wanted = request->want_stderr;
    command->channels[ROLE_ERROR].wanted = true;
    command->channels[ROLE_RESIZE].wanted = request->tty && start->protocol.resizes;
    buf_init(&command->early_input, EARLY_INPUT_MAX);
    cancel_init(&command->cancel, CLOCK_NEVER);
    command->session.end = on_end;
    command->session.deadline_ms = uv_now(host->loop) + SESSION_OPEN_MS;
    command->session.peer =
        peer_create(host->loop, &start->wire, &start->protocol, &EVENTS, command);
    session_add(host, &command->session);
    if (start->protocol.websocket)
        begin_websocket(command);
    if (command->session.peer != NULL)
        peer_feed(command->session.peer, start->early, start->early_length);
}
