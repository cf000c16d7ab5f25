#include "cri/stream/command.h"

#include <stdlib.h>
#include <string.h>

#include "cri/stream/status.h"
#include "shim/base/alloc.h"
#include "shim/base/clock.h"
#include "shim/base/log.h"

enum { ABANDON_S = 10 };

static void conclude(struct command *command);
static void settle(struct command *command);

static void run_task(void *context)
{
    struct command_task *task = context;
    task->ok = task->work(task);
}

static void free_task(struct command_task *task)
{
    arena_destroy(task->scope.arena);
    cancel_done(&task->abandon_cancel);
    free(task);
}

static void end_task(void *context)
{
    struct command_task *task = context;
    struct command *command = task->command;
    command->tasks--;
    task->done(command, task);
    free_task(task);
    settle(command);
}

struct command_task *
command_task_create(struct command *command, bool (*work)(struct command_task *task),
                    void (*done)(struct command *command, struct command_task *task))
{
    struct command_task *task = xcalloc(1, sizeof(*task));
    task->command = command;
    task->work = work;
    task->done = done;
    task->scope = (struct scope){.arena = arena_create(), .cancel = &command->cancel};
    cancel_init(&task->abandon_cancel, CLOCK_NEVER);
    return task;
}

bool command_task_start(struct command_task *task, struct err *err)
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

static bool work_abandon(struct command_task *task)
{
    struct command *command = task->command;
    const struct stream_ops *ops = command->session.host->ops;
    ops->abandon(ops->host, &task->scope, &command->process);
    return true;
}

static void done_abandon(struct command *command, struct command_task *task)
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
    struct command_task *task = command_task_create(command, work_abandon, done_abandon);
    task->abandon_cancel.deadline_ns = clock_mono_ns() + ABANDON_S * NS_PER_S;
    task->scope.cancel = &task->abandon_cancel;
    if (command_task_start(task, &err))
        return;
    log_warn("a process whose client is gone was left running: %s", err.text);
    release_process(command);
    free_command(command);
}

void command_go(struct command *command)
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

void command_close(struct command *command, const char *status)
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

void command_fail(struct command *command, const struct err *err)
{
    struct arena *arena = arena_create();
    command_close(command, stream_status_error(arena, command->protocol.json_status, err->text));
    arena_destroy(arena);
}
