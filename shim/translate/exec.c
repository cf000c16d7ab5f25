#include "shim/translate/exec.h"

#include "shim/translate/body.h"
#include "shim/translate/json.h"

/* Docker ends a terminal's session when it reads its detach keys, by default ctrl-p ctrl-q. There
 * is no way to say "none": an empty text means the default. So it is eight keys in an order that no
 * one presses; the first is the one whose delay until the next key is felt least. */
#define DETACH_KEYS "ctrl-@,ctrl-^,ctrl-],ctrl-@,ctrl-_,ctrl-\\,ctrl-@,ctrl-^"

const char *translate_detach_keys(void)
{
    return DETACH_KEYS;
}

json_t *translate_exec_create(struct arena *arena, const char *const *command, size_t count,
                              bool tty, bool want_stdin, bool want_stdout, bool want_stderr)
{
    json_t *body = arena_json(arena, body_object());
    body_set(body, "Cmd", body_texts(command, count));
    body_set(body, "Tty", json_boolean(tty));
    body_set(body, "AttachStdin", json_boolean(want_stdin));
    body_set(body, "AttachStdout", json_boolean(want_stdout));
    body_set(body, "AttachStderr", json_boolean(want_stderr));
    body_set(body, "DetachKeys", body_text(DETACH_KEYS));
    return body;
}

json_t *translate_exec_start(struct arena *arena, bool tty)
{
    json_t *body = arena_json(arena, body_object());
    body_set(body, "Detach", json_false());
    body_set(body, "Tty", json_boolean(tty));
    return body;
}

/* The exit code is null until the process has ended. */
struct exec_state exec_state(const json_t *inspect)
{
    return (struct exec_state){
        .running = json_bool_at(inspect, "Running"),
        .has_exit_code = json_is_integer(json_at(inspect, "ExitCode")),
        .exit_code = (int)json_int_at(inspect, "ExitCode"),
        .pid = json_int_at(inspect, "Pid"),
    };
}
