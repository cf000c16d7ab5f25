/*
 * Exec and attach: the five channels of a client on one side, a process's socket on the other.
 *
 * A session opens (SPDY clients name their channels one by one), starts, runs, ends (the output is
 * over, the exit code is asked for), and closes (the client has been told). Once the client is
 * gone, whatever work is under way is cancelled and waited for, and the process is given up.
 */
#include "cri/stream/session.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cri/stream/status.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"

enum channel_role { ROLE_STDIN, ROLE_STDOUT, ROLE_STDERR, ROLE_ERROR, ROLE_RESIZE, ROLE_COUNT };

enum state {
    STATE_OPENING,
    STATE_STARTING,
    STATE_RUNNING,
    STATE_ENDING,
    STATE_CLOSING,
    STATE_GONE
};

enum {
    EARLY_INPUT_MAX = 256 * 1024, /* before the process runs */
    RESIZE_TEXT_MAX = 1024,
    ABANDON_S = 10,
};

struct command {
    struct session session; /* first: the session's address is the command's */
    enum state state;
    struct pending *pending;
    const struct stream_request *request;
    struct protocol protocol;
    struct {
        bool wanted, open;
        uint32_t number;
    } channels[ROLE_COUNT];

    struct stream_process process;
    bool has_process;
    bool has_ended; /* its exit code is known */
    struct wire *wire;
    struct buf early_input;
    bool input_ended;

    struct buf resize_text;
    uint32_t width, height;
    bool size_waits, is_resizing;

    int tasks; /* under way */
    struct cancel cancel;
};

/* A piece of blocking work for a command. */
struct task {
    struct command *command;
    bool (*work)(struct task *task);
    void (*done)(struct command *command, struct task *task);
    struct scope scope;
    struct cancel abandon_cancel;
    uint32_t width, height;
    int exit_code;
    bool ok;
    struct err err;
};

static void conclude(struct command *command);
static void settle(struct command *command);

static void run_task(void *context)
{
    struct task *task = context;
    task->ok = task->work(task);
}

static void free_task(struct task *task)
{
    arena_destroy(task->scope.arena);
    cancel_done(&task->abandon_cancel);
    free(task);
}

static void end_task(void *context)
{
    struct task *task = context;
    struct command *command = task->command;
    command->tasks--;
    task->done(command, task);
    free_task(task);
    settle(command);
}

static struct task *make_task(struct command *command, bool (*work)(struct task *task),
                              void (*done)(struct command *command, struct task *task))
{
    struct task *task = xcalloc(1, sizeof(*task));
    task->command = command;
    task->work = work;
    task->done = done;
    task->scope = (struct scope){.arena = arena_create(), .cancel = &command->cancel};
    cancel_init(&task->abandon_cancel, CLOCK_NEVER);
    return task;
}

/* On failure the task is gone. */
static bool start_task(struct task *task, struct err *err)
{
    struct command *command = task->command;
    if (job_start(command->session.host->jobs, run_task, end_task, task, err)) {
        command->tasks++;
        return true;
    }
    free_task(task);
    return false;
}

static void free_command(struct command *command)
{
    session_remove(&command->session);
    buf_done(&command->early_input);
    buf_done(&command->resize_text);
    cancel_done(&command->cancel);
    pending_destroy(command->pending);
    free(command);
}

static void release_process(struct command *command)
{
    wire_destroy(command->wire);
    command->wire = NULL;
    if (command->has_process)
        command->session.host->ops->release(&command->process);
    command->has_process = false;
}

/* Called when a task has ended or the state has changed: what no task needs any more goes. */
static void settle(struct command *command)
{
    if (command->tasks > 0)
        return;
    if (command->state == STATE_GONE)
        conclude(command);
    else if (command->state == STATE_CLOSING && command->has_ended)
        release_process(command);
}

static bool work_abandon(struct task *task)
{
    struct command *command = task->command;
    const struct stream_ops *ops = command->session.host->ops;
    ops->abandon(ops->host, &task->scope, &command->process);
    return true;
}

static void done_abandon(struct command *command, struct task *task)
{
    (void)task;
    release_process(command);
}

/* The client is gone and no work is under way: the process goes too, then the session. */
static void conclude(struct command *command)
{
    if (!command->has_process || command->has_ended) {
        release_process(command);
        free_command(command);
        return;
    }
    struct err err = ERR_INIT;
    struct task *task = make_task(command, work_abandon, done_abandon);
    task->abandon_cancel.deadline_ns = clock_mono_ns() + ABANDON_S * NS_PER_S;
    task->scope.cancel = &task->abandon_cancel;
    if (start_task(task, &err))
        return;
    log_warn("a process whose client is gone was left running: %s", err.text);
    release_process(command);
    free_command(command);
}

static void go(struct command *command)
{
    if (command->state == STATE_GONE)
        return;
    command->state = STATE_GONE;
    peer_destroy(command->session.peer);
    command->session.peer = NULL;
    command->session.deadline_ms = 0;
    wire_destroy(command->wire);
    command->wire = NULL;
    cancel_fire(&command->cancel);
    settle(command);
}

static void on_end(struct session *session, const char *why)
{
    log_debug("a stream session is ended: %s", why);
    go((struct command *)session);
}

/* Tells the outcome on the error channel and says goodbye. */
static void close_with(struct command *command, const char *status)
{
    struct peer *peer = command->session.peer;
    uint32_t error = command->channels[ROLE_ERROR].number;
    wire_destroy(command->wire);
    command->wire = NULL;
    if (command->channels[ROLE_ERROR].open) {
        if (status[0] != '\0')
            peer_send(peer, error, status, strlen(status));
        peer_finish(peer, error);
    }
    peer_close(peer);
    command->state = STATE_CLOSING;
    command->session.deadline_ms = uv_now(command->session.host->loop) + SESSION_LINGER_MS;
    settle(command);
}

/* A process that may still run is killed when the client has gone. */
static void fail(struct command *command, const struct err *err)
{
    struct arena *arena = arena_create();
    close_with(command, stream_status_error(arena, command->protocol.json_status, err->text));
    arena_destroy(arena);
}

/* ------------------------------------------------------------------------- the terminal's size */

static bool work_resize(struct task *task)
{
    struct command *command = task->command;
    const struct stream_ops *ops = command->session.host->ops;
    return ops->resize(ops->host, &task->scope, &command->process, task->width, task->height,
                       &task->err);
}

static void resize(struct command *command);

static void done_resize(struct command *command, struct task *task)
{
    if (!task->ok && command->state == STATE_RUNNING)
        log_debug("a terminal keeps its size: %s", task->err.text);
    command->is_resizing = false;
    resize(command);
}

/* Applies the newest size; those that came in between are nobody's business any more. */
static void resize(struct command *command)
{
    struct err err = ERR_INIT;
    if (!command->size_waits || command->is_resizing || command->state != STATE_RUNNING)
        return;
    struct task *task = make_task(command, work_resize, done_resize);
    task->width = command->width;
    task->height = command->height;
    command->size_waits = false;
    command->is_resizing = start_task(task, &err);
    if (!command->is_resizing)
        log_debug("a terminal keeps its size: %s", err.text);
}

static void take_size(struct command *command, const char *text, size_t length)
{
    json_t *size = json_loadb(text, length, 0, NULL);
    int64_t width = json_integer_value(json_object_get(size, "Width"));
    int64_t height = json_integer_value(json_object_get(size, "Height"));
    json_decref(size);
    if (width <= 0 || height <= 0 || width > UINT16_MAX || height > UINT16_MAX)
        return;
    command->width = (uint32_t)width;
    command->height = (uint32_t)height;
    command->size_waits = true;
}

/* Sizes are JSON objects one after the other, split anywhere. */
static void feed_resize(struct command *command, const char *bytes, size_t length)
{
    struct buf *text = &command->resize_text;
    for (size_t i = 0; i < length; i++) {
        if (!buf_append(text, bytes + i, 1))
            buf_consume(text, text->length); /* no size is that long */
        if (bytes[i] != '}')
            continue;
        take_size(command, text->data, text->length);
        buf_consume(text, text->length);
    }
    resize(command);
}

/* ----------------------------------------------------------------------------- the process's side
 */

static void on_output(void *context, enum stream_output output, const char *bytes, size_t length)
{
    struct command *command = context;
    enum channel_role role = output == STREAM_STDERR ? ROLE_STDERR : ROLE_STDOUT;
    if (command->channels[role].open && length > 0)
        peer_send(command->session.peer, command->channels[role].number, bytes, length);
}

static bool demux(struct command *command, const char *bytes, size_t length, struct err *err)
{
    const struct stream_ops *ops = command->session.host->ops;
    return ops->demux(&command->process, bytes, length, on_output, command, err);
}

static void on_process_input(void *owner, const char *bytes, size_t length)
{
    struct command *command = owner;
    struct err err = ERR_INIT;
    if (!demux(command, bytes, length, &err))
        fail(command, &err);
    else if (peer_is_full(command->session.peer))
        wire_read(command->wire, false);
}

static bool work_finish(struct task *task)
{
    struct command *command = task->command;
    const struct stream_ops *ops = command->session.host->ops;
    return ops->finish(ops->host, &task->scope, &command->process, &task->exit_code, &task->err);
}

static void done_finish(struct command *command, struct task *task)
{
    if (command->state != STATE_ENDING) {
        command->has_ended |= task->ok;
        return;
    }
    if (!task->ok) {
        fail(command, &task->err);
        return;
    }
    command->has_ended = true;
    close_with(command, stream_status_exit(task->scope.arena, command->protocol.json_status,
                                           task->exit_code));
}

static void on_process_ended(void *owner, int errnum)
{
    (void)
        errnum; /* a process that leaves input unread breaks the connection: its exit code counts */
    struct command *command = owner;
    struct err err = ERR_INIT;
    command->state = STATE_ENDING;
    for (enum channel_role role = ROLE_STDOUT; role <= ROLE_STDERR; role++)
        if (command->channels[role].open)
            peer_finish(command->session.peer, command->channels[role].number);
    peer_read(command->session.peer, true);
    if (!start_task(make_task(command, work_finish, done_finish), &err))
        fail(command, &err);
}

static void on_process_drained(void *owner)
{
    struct command *command = owner;
    if (command->session.peer != NULL)
        peer_read(command->session.peer, true);
}

static void keep_fd(void *context)
{
    (void)context; /* the descriptor is the process's */
}

static void relay(struct command *command)
{
    static const struct wire_events EVENTS = {
        .input = on_process_input, .ended = on_process_ended, .drained = on_process_drained};
    const struct wire_options options = {.fd = command->process.fd, .release = keep_fd};
    struct err err = ERR_INIT;
    command->state = STATE_RUNNING;
    command->session.deadline_ms = 0;
    command->wire = wire_create(command->session.host->loop, &options, &EVENTS, command);
    wire_write(command->wire, command->early_input.data, command->early_input.length);
    buf_done(&command->early_input);
    if (command->input_ended)
        wire_finish(command->wire);
    peer_read(command->session.peer, !wire_is_full(command->wire));
    resize(command);
    if (!demux(command, command->process.early, command->process.early_length, &err))
        fail(command, &err);
}

static bool work_open(struct task *task)
{
    struct command *command = task->command;
    const struct stream_ops *ops = command->session.host->ops;
    return ops->open(ops->host, &task->scope, command->request, &command->process, &task->err);
}

static void done_open(struct command *command, struct task *task)
{
    command->has_process = task->ok;
    if (command->state != STATE_STARTING)
        return;
    if (task->ok)
        relay(command);
    else
        fail(command, &task->err);
}

static void start(struct command *command)
{
    struct err err = ERR_INIT;
    command->state = STATE_STARTING;
    command->session.deadline_ms = 0;
    peer_read(command->session.peer, false);
    if (!start_task(make_task(command, work_open, done_open), &err))
        fail(command, &err);
}

/* ------------------------------------------------------------------------------ the client's side
 */

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
            start(command);
        return;
    }
    peer_reset(command->session.peer, channel);
}

static void on_data(void *context, uint32_t channel, const char *bytes, size_t length)
{
    struct command *command = context;
    if (is_channel(command, ROLE_RESIZE, channel)) {
        feed_resize(command, bytes, length);
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
    go(context);
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
    start(command);
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
    buf_init(&command->resize_text, RESIZE_TEXT_MAX);
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
