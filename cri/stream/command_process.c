#include "cri/stream/command.h"

#include "cri/stream/status.h"
#include "shim/base/log.h"

static bool work_resize(struct command_task *task)
{
    struct command *command = task->command;
    const struct stream_ops *ops = command->session.host->ops;
    return ops->resize(ops->host, &task->scope, &command->process, task->width, task->height,
                       &task->err);
}

static void done_resize(struct command *command, struct command_task *task)
{
    if (!task->ok && command->state == STATE_RUNNING)
        log_debug("a terminal keeps its size: %s", task->err.text);
    command->is_resizing = false;
    command_resize(command);
}

/* Sizes that came in between are nobody's business any more. */
void command_resize(struct command *command)
{
    struct err err = ERR_INIT;
    if (!command->size_waits || command->is_resizing || command->state != STATE_RUNNING)
        return;
    struct command_task *task = command_task_create(command, work_resize, done_resize);
    task->width = command->size.width;
    task->height = command->size.height;
    command->size_waits = false;
    command->is_resizing = command_task_start(task, &err);
    if (!command->is_resizing)
        log_debug("a terminal keeps its size: %s", err.text);
}

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
        command_fail(command, &err);
    else if (peer_is_full(command->session.peer))
        wire_read(command->wire, false);
}

static bool work_finish(struct command_task *task)
{
    struct command *command = task->command;
    const struct stream_ops *ops = command->session.host->ops;
    return ops->finish(ops->host, &task->scope, &command->process, &task->exit_code, &task->err);
}

static void done_finish(struct command *command, struct command_task *task)
{
    if (command->state != STATE_ENDING) {
        command->has_ended |= task->ok;
        return;
    }
    if (!task->ok) {
        command_fail(command, &task->err);
        return;
    }
    command->has_ended = true;
    command_close(command, stream_status_exit(task->scope.arena, command->protocol.json_status,
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
    if (!command_task_start(command_task_create(command, work_finish, done_finish), &err))
        command_fail(command, &err);
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
    command_resize(command);
    if (!demux(command, command->process.early, command->process.early_length, &err))
        command_fail(command, &err);
}

static bool work_open(struct command_task *task)
{
    struct command *command = task->command;
    const struct stream_ops *ops = command->session.host->ops;
    return ops->open(ops->host, &task->scope, command->request, &command->process, &task->err);
}

static void done_open(struct command *command, struct command_task *task)
{
    command->has_process = task->ok;
    if (command->state != STATE_STARTING)
        return;
    if (task->ok)
        relay(command);
    else
        command_fail(command, &task->err);
}

void command_start(struct command *command)
{
    struct err err = ERR_INIT;
    command->state = STATE_STARTING;
    command->session.deadline_ms = 0;
    peer_read(command->session.peer, false);
    if (!command_task_start(command_task_create(command, work_open, done_open), &err))
        command_fail(command, &err);
}
