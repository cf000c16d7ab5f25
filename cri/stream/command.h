/*
 * The inside of exec and attach, shared by three files: the session's life (command.c), the
 * process's side (command_process.c) and the client's (remote_command.c).
 *
 * A session opens (SPDY clients name their channels one by one), starts, runs, ends (the output is
 * over, the exit code is asked for), and closes (the client has been told). Once the client is
 * gone, whatever work is under way is cancelled and waited for, and the process is given up.
 */
#ifndef CRI_STREAM_COMMAND_H
#define CRI_STREAM_COMMAND_H

#include "cri/stream/session.h"
#include "cri/stream/terminal_size.h"

enum channel_role { ROLE_STDIN, ROLE_STDOUT, ROLE_STDERR, ROLE_ERROR, ROLE_RESIZE, ROLE_COUNT };

enum command_state {
    STATE_OPENING,
    STATE_STARTING,
    STATE_RUNNING,
    STATE_ENDING,
    STATE_CLOSING,
    STATE_GONE
};

struct command {
    struct session session; /* first: the session's address is the command's */
    enum command_state state;
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

    struct terminal_size size;
    bool size_waits, is_resizing;

    int tasks; /* under way */
    struct cancel cancel;
};

/* A piece of blocking work for a command. */
struct command_task {
    struct command *command;
    bool (*work)(struct command_task *task);
    void (*done)(struct command *command, struct command_task *task);
    struct scope scope;
    struct cancel abandon_cancel;
    uint32_t width, height;
    int exit_code;
    bool ok;
    struct err err;
};

/* A task of this command; give it to command_task_start(), after which it frees itself. False: it
 * could not be started, and is gone. `done` runs on the loop, also when the client has gone. */
struct command_task *
command_task_create(struct command *command, bool (*work)(struct command_task *task),
                    void (*done)(struct command *command, struct command_task *task));
bool command_task_start(struct command_task *task, struct err *err);

/* The client has gone: ends everything, in time. May free the command. */
void command_go(struct command *command);

/* Tells the outcome on the error channel and says goodbye. */
void command_close(struct command *command, const char *status);

/* The same with an error. A process that may still run is killed when the client has gone. */
void command_fail(struct command *command, const struct err *err);

/* The channels are there: opens the process, then relays between it and the client. */
void command_start(struct command *command);

/* Applies the newest size that the client has sent, once the process runs. */
void command_resize(struct command *command);

#endif
