#include "shim/rpc/exec_session.h"

#include "shim/base/clock.h"
#include "shim/base/log.h"
#include "shim/base/process.h"
#include "shim/base/wait.h"
#include "shim/translate/exec.h"
#include "shim/translate/json.h"

bool exec_session_start(struct exec_session *session, struct docker *docker, struct scope *scope,
                        const char *container_id, json_t *body, bool tty, struct err *err)
{
    json_t *created;
    if (!docker_exec_create(docker, scope, container_id, body, &created, err))
        return false;
    session->id = json_id(created);
    session->started = true; /* a start that fails half way may have started it */
    return docker_exec_start(docker, scope, session->id, translate_exec_start(scope->arena, tty),
                             &session->stream, err);
}

/* Docker closes the stream a moment before it knows the exit code, so ask again, ever less often.
 */
static bool wait_state(struct exec_session *session, struct docker *docker, struct scope *scope,
                       bool wanted(struct exec_state state), struct exec_state *ret_state,
                       struct err *err)
{
    const int64_t longest_ns = 100 * NS_PER_MS;
    for (int64_t pause_ns = NS_PER_MS;;
         pause_ns = pause_ns < longest_ns ? pause_ns * 2 : longest_ns) {
        json_t *inspect;
        if (!docker_exec_inspect(docker, scope, session->id, &inspect, err))
            return false;
        *ret_state = exec_state(inspect);
        if (wanted(*ret_state))
            return true;
        if (!wait_for(scope->cancel, pause_ns, err))
            return false;
    }
}

static bool has_ended(struct exec_state state)
{
    return !state.running && state.has_exit_code;
}

static bool has_pid_or_ended(struct exec_state state)
{
    return state.pid > 0 || has_ended(state);
}

bool exec_session_exit_code(struct exec_session *session, struct docker *docker,
                            struct scope *scope, int *ret_exit_code, struct err *err)
{
    struct exec_state state;
    if (!wait_state(session, docker, scope, has_ended, &state, err))
        return err_wrap(err, "wait for the exit code");
    *ret_exit_code = state.exit_code;
    return true;
}

void exec_session_kill(struct exec_session *session, struct docker *docker, struct scope *scope)
{
    if (!session->started)
        return;
    struct err err = ERR_INIT;
    struct exec_state state;
    if (!wait_state(session, docker, scope, has_pid_or_ended, &state, &err)) {
        log_warn("the process of exec %s could not be killed: %s", session->id, err.text);
        return;
    }
    if (state.running)
        process_kill_tree(state.pid);
}

void exec_session_done(struct exec_session *session)
{
    docker_stream_done(&session->stream);
}
