#include "shim/translate/container_process.h"

#include <string.h>

#include "shim/translate/body.h"
#include "shim/translate/environment.h"
#include "shim/translate/json.h"
#include "shim/translate/path.h"

/* "SIGNAL_SIGRTMINPLUS3" is "SIGRTMIN+3" for Docker. */
static bool set_stop_signal(struct arena *arena, json_t *body, const Cri__ContainerConfig *config,
                            struct err *err)
{
    if (config->stop_signal == CRI__SIGNAL__SIGNAL_RUNTIME_DEFAULT)
        return true;
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&cri__signal__descriptor, (int)config->stop_signal);
    if (value == NULL)
        return err_set(err, CODE_INVALID_ARGUMENT, "config.stop_signal %d is unknown",
                       (int)config->stop_signal);
    const char *name = value->name + strlen("SIGNAL_");
    const char *plus = strstr(name, "PLUS"), *minus = strstr(name, "MINUS");
    if (plus != NULL)
        name = arena_printf(arena, "%.*s+%s", (int)(plus - name), name, plus + strlen("PLUS"));
    else if (minus != NULL)
        name = arena_printf(arena, "%.*s-%s", (int)(minus - name), name, minus + strlen("MINUS"));
    body_set(body, "StopSignal", body_text(name));
    return true;
}

bool container_process_set(struct arena *arena, json_t *body, const Cri__ContainerConfig *config,
                           struct err *err)
{
    /* Docker takes a single empty word for "no entrypoint", and would run the arguments instead. */
    if (config->n_command > 0 && config->command[0][0] == '\0')
        return err_set(err, CODE_INVALID_ARGUMENT, "config.command[0] is empty");
    if (config->working_dir[0] != '\0' && !path_is_absolute(config->working_dir))
        return err_set(err, CODE_INVALID_ARGUMENT, "config.working_dir \"%s\" is not absolute",
                       config->working_dir);
    if (config->n_command > 0)
        body_set(body, "Entrypoint", body_texts(config->command, config->n_command));
    if (config->n_args > 0)
        body_set(body, "Cmd", body_texts(config->args, config->n_args));
    json_set_text(body, "WorkingDir", config->working_dir);
    body_set_true(body, "OpenStdin", config->stdin);
    body_set_true(body, "StdinOnce", config->stdin_once);
    body_set_true(body, "Tty", config->tty);
    /* Kubernetes probes containers itself. */
    body_set(body_object_at(body, "Healthcheck"), "Test", json_pack("[s]", "NONE"));
    return environment_set(body, config->envs, config->n_envs, err) &&
           set_stop_signal(arena, body, config, err);
}
